"""One warm interpreter, and a fork of it for each page.

A kernel that starts from nothing imports for more than a second of processor time before its first cell, and the book
has some forty. The warm interpreter does so once, when the first page asks. It runs no cell and imports nothing of the
book, so a fork of it is as fresh as a new kernel. It ends with the process that started it, and a fork with its page.
"""

import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading

# What pages import that is not the book's. A page may import more, and what is not there is left out.
WARM = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "numpy", "scipy.integrate", "scipy.optimize",
        "scipy.special", "scipy.stats", "matplotlib.backends.backend_svg", "matplotlib.figure", "sklearn.datasets")
LONGEST = 1 << 18  # bytes of a request: a command and an environment


class Fork:
    """As much of a `Popen` as jupyter_client wants."""

    stdin = stdout = stderr = None

    def __init__(self, address, command, env, cwd, stderr, **_):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(address)
        request = json.dumps({"command": command, "env": env, "cwd": str(cwd)}).encode()
        socket.send_fds(self.line, [request], [stderr.fileno()])
        self.pid = int(self.line.recv(32))

    def wait(self, flags=0):
        """The line is open for as long as it lives; how it ended nobody says."""
        if self.line.fileno() >= 0:
            with contextlib.suppress(ConnectionError):
                self.line.recv(1, flags)
            self.line.close()
        return 1

    def poll(self):
        try:
            return self.wait(socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None

    def send_signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


@contextlib.contextmanager
def warm():
    """Meanwhile kernels are forks."""
    from jupyter_client.provisioning import local_provisioner

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        address = os.path.join(folder, "kernels")
        listener.bind(address)
        listener.listen(64)
        command = [sys.executable, __file__, str(listener.fileno()), str(os.getpid())]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()], start_new_session=True)
        cold = local_provisioner.launch_kernel
        local_provisioner.launch_kernel = lambda command, **options: Fork(address, command, **options)
        try:
            yield
        finally:
            local_provisioner.launch_kernel = cold
            server.kill()
            server.wait()


def serve(listener, parent):
    """In the warm interpreter: a fork for each that asks, until whoever started it has ended."""
    sys.path.remove(os.path.dirname(__file__))  # no page sees what lies here
    signal.signal(signal.SIGCHLD, bury)
    listener.settimeout(0.5)
    while os.getppid() == parent:
        try:
            line, _ = listener.accept()
        except TimeoutError:
            continue
        line.setblocking(True)
        request, (stderr,), _, _ = socket.recv_fds(line, LONGEST, 1)
        for name in WARM:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        if not os.fork():
            listener.close()
            become_kernel(line, stderr, **json.loads(request))
        line.close()
        os.close(stderr)


def bury(*_):
    """Wait for the forks that have ended: the processor time of one that nobody waits for is counted nowhere."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become_kernel(line, stderr, command, env, cwd):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()  # signals are sent to a kernel's whole group
    os.dup2(stderr, 2)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    line.sendall(str(os.getpid()).encode())
    threading.Thread(target=lambda: (line.recv(1), os._exit(1)), daemon=True).start()

    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["ipykernel_launcher", *command[command.index("-f"):], f"--IPKernelApp.parent_handle={os.getppid()}"]
    IPKernelApp.launch_instance()
    os._exit(0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
