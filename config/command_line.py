"""What stands between a person and a command: one sentence where the installation is at fault."""

import errno
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

NOT_OURS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR}


def run(argv: list[str]) -> None:
    """Ends with code 1 and one sentence when a variable is wrong, a folder cannot be written, the
    database is away or its tables are old; mistakes of our own keep their traceback.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if argv[1:] == ["newkeys"]:  # it prints what the settings may be missing
        from config.management.commands.newkeys import Command

        Command().run_from_argv(argv)
        return
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit(130)  # as a shell says it; who pressed the keys knows
    except OSError as problem:
        if problem.errno not in NOT_OURS:
            raise
        place = problem.filename or "the disk"
        sys.exit(f"{place}: {problem.strerror}. Make it writable, or write another VAR_DIR.")
    except DatabaseError:
        _refuse_a_bad_database()
        raise


def _refuse_a_bad_database() -> None:
    from config import installation  # once the applications are there

    try:
        installation.refuse_unreachable_database()
        installation.refuse_old_tables()
    except ImproperlyConfigured as problem:
        sys.exit(str(problem))
