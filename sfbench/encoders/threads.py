"""How many threads a network computes on."""

from multiprocessing import parent_process


def one_thread_in_workers() -> None:
    """Let torch compute on one thread if this is a worker process.

    There are as many workers as cores, and numbers do not depend on how many threads add them up.
    """
    if parent_process() is not None:
        import torch

        torch.set_num_threads(1)
