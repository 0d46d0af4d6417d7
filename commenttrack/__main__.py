"""``python -m commenttrack`` is the ``commenttrack`` command."""

from commenttrack.cli import main

main()
