"""Work in processes of its own: a fork costs milliseconds, a start of Python with numpy seconds."""

import os
import resource
import time
import traceback

MEMORY = 6 * 2**30  # a changed number may ask for any amount


def forked(work, seconds, log=os.devnull):
    """Start `work` in a process that may use so many seconds of a processor; what it says goes to `log`."""
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        limit = int(time.process_time() + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(said, stream)
        status = int(work())
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def status_of(work, seconds, log=os.devnull):
    """What one piece of work returns, from a process of its own; below 0 when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(forked(work, seconds, log), 0)[1])


def side_by_side(jobs, workers):
    """`(index, status, seconds)` of each `(work, seconds it may take)`, as they come."""
    running, jobs = {}, enumerate(jobs)
    while True:
        for index, (work, seconds) in jobs:
            running[forked(work, seconds)] = index, time.monotonic()
            if len(running) >= workers:
                break
        if not running:
            return
        pid, status = os.wait()
        index, start = running.pop(pid)
        yield index, os.waitstatus_to_exitcode(status), time.monotonic() - start
