"""What an environment costs a month: its templates, assumptions about its use, and list prices."""
