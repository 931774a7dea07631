"""The worker portal: a person labels in the browser what labeling jobs ask.

| module | what it does |
|---|---|
| `desk` | what the portal needs from whoever keeps the tasks |
| `server` | serves pages and the small API behind them, on loopback |
| `pages` | the page of one task, and the headers that keep it apart |
| `static/` | the portal's page, and the crowd elements that AWS serves from its own domain |

A task's page is the job's own template. It runs in a sandboxed frame with an origin of its own: what a data object or a
template brings along reaches neither the portal nor the emulator. Its only way out is the answer that it posts.
"""
