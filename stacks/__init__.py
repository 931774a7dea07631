"""One deployment unit per file; platform_stage.py is the only place where they meet."""
