"""What mappings and delivery streams do when the emulator is stopped, or killed, and started again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

from tests.integration.conftest import running_laptop
from tests.integration.streaming_support import Pipe, wait_until
from tests.integration.test_firehose import Archive

# Twice what the emulator takes between two writes of its state.
CHECKPOINT_SECONDS = 4

running = contextmanager(running_laptop)


def test_a_mapping_and_a_delivery_stream_go_on_after_a_restart_and_after_a_kill(tmp_path: Path) -> None:
    home, calls = tmp_path / "lake", tmp_path / "calls"
    calls.mkdir()
    with running(home) as laptop:
        first = Pipe(laptop, calls)
        first.map()
        first.put_ids(1, 2)
        first.wait_for_ids(1, 2)
        archive = Archive(laptop)
        # Nothing can be delivered before its bucket exists.
        archive.deliver(archive.plain(BucketARN="arn:aws:s3:::made-later"), from_stream=False)
        archive.put_directly(b"buffered")
    with running(home) as laptop:
        first.kinesis = laptop.client("kinesis")
        first.put_ids(3)
        assert first.wait_for_ids(3) == [[1, 2], [3]]
        # The state of streams is written every other second; only what is newer is lost with a kill.
        first.put({"id": 4, "wish": "sleep once"})
        first.wait_for_ids(4)
        time.sleep(CHECKPOINT_SECONDS)
        os.killpg(laptop.run.pid, signal.SIGKILL)
        wait_until(lambda: laptop.home.running() is None)
    with running(home) as laptop:
        # The batch that was under way is delivered again, those before are not.
        wait_until(lambda: first.ids().count([4]) == 2)
        assert first.ids() == [[1, 2], [3], [4], [4]]
        s3 = laptop.client("s3")
        s3.create_bucket(Bucket="made-later")
        (found,) = wait_until(lambda: s3.list_objects_v2(Bucket="made-later").get("Contents"))
        assert s3.get_object(Bucket="made-later", Key=found["Key"])["Body"].read() == b"buffered"
