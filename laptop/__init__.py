"""The local run: the unchanged templates of the lake on an emulator, without an account and without Docker."""
