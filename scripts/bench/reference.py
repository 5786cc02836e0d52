"""The cases of cases.lua with Python's multiprocessing.

reference.py CASE N prints the seconds that N operations of the case take
(idle-memory: the private memory of an idle child in kB).
"""
import multiprocessing as mp
import sys
import time

mp.set_start_method("fork")
KIB, MIB = "x" * (1 << 10), "x" * (1 << 20)


def start(count, target, *args):
    processes = [mp.Process(target=target, args=args) for _ in range(count)]
    for process in processes:
        process.start()
    return processes


def join(processes):
    for process in processes:
        process.join()


def timed(fn):
    before = time.perf_counter()
    fn()
    return time.perf_counter() - before


def put_all(queue, message, n):
    for _ in range(n):
        queue.put(message)


def get_all(queue, n):
    for _ in range(n):
        queue.get()


def stream(n, message, writers, readers, maxsize=0):
    queue = mp.Queue(maxsize)

    def run():
        others = start(writers, put_all, queue, message, n // writers)
        more = start(readers - 1, get_all, queue, n // readers)
        get_all(queue, n // readers)
        join(others)
        join(more)

    return timed(run)


def queue_echo(there, back, n):
    for _ in range(n):
        back.put(there.get())


def queue_ping_pong(n):
    there, back = mp.Queue(), mp.Queue()
    echo = start(1, queue_echo, there, back, n)

    def run():
        for i in range(n):
            there.put(i)
            back.get()

    seconds = timed(run)
    join(echo)
    return seconds


def pipe_echo(end, n):
    for _ in range(n):
        end.send(end.recv())


def pipe_ping_pong(n):
    ours, theirs = mp.Pipe()
    echo = start(1, pipe_echo, theirs, n)

    def run():
        for i in range(n):
            ours.send(i)
            ours.recv()

    seconds = timed(run)
    join(echo)
    return seconds


def play(condition, turn, me, n):
    for _ in range(n):
        with condition:
            while turn.value != me:
                condition.wait()
            turn.value = 1 - me
            condition.notify()


def condition_ping_pong(n):
    condition, turn = mp.Condition(), mp.Value("i", 0, lock=False)
    echo = start(1, play, condition, turn, 1, n)
    seconds = timed(lambda: play(condition, turn, 0, n))
    join(echo)
    return seconds


def event_echo(there, back, n):
    for _ in range(n):
        there.wait()
        there.clear()
        back.set()


def event_ping_pong(n):
    there, back = mp.Event(), mp.Event()
    echo = start(1, event_echo, there, back, n)

    def run():
        for _ in range(n):
            there.set()
            back.wait()
            back.clear()

    seconds = timed(run)
    join(echo)
    return seconds


def hog(over):
    while not over.is_set():
        for _ in range(10000):
            pass


def busy(case):
    def run(n):
        over = mp.Event()
        hogs = start(mp.cpu_count(), hog, over)
        seconds = case(n)
        over.set()
        join(hogs)
        return seconds

    return run


def pairs(lock, n):
    acquire, release = lock.acquire, lock.release
    for _ in range(n):
        acquire()
        release()


def lock_pairs(n, count):
    lock = mp.Lock()
    if count == 1:
        return timed(lambda: pairs(lock, n))
    return timed(lambda: join(start(count, pairs, lock, n // count)))


def table_get(n):
    with mp.Manager() as manager:
        table = manager.dict(k=7)

        def run():
            for _ in range(n):
                table["k"]

        return timed(run)


def table_set(n):
    with mp.Manager() as manager:
        table = manager.dict(k=7)

        def run():
            for i in range(n):
                table["k"] = i

        return timed(run)


def add_up(value, n):
    for _ in range(n):
        with value.get_lock():
            value.value += 1


def value_add(n, count):
    value = mp.Value("q", 0)
    seconds = timed(lambda: join(start(count, add_up, value, n // count)))
    assert value.value == n
    return seconds


def rounds(barrier, n):
    for _ in range(n):
        barrier.wait()


def barrier_rounds(n, parties):
    barrier = mp.Barrier(parties)
    return timed(lambda: join(start(parties, rounds, barrier, n)))


def same(x):
    return x


def warm():
    pool = mp.Pool(2)
    pool.map(same, range(4))
    return pool


def pool_map(n, chunk=None):
    with warm() as pool:
        items = list(range(n))
        return timed(lambda: pool.map(same, items, chunk))


def pool_submit(n):
    with warm() as pool:

        def run():
            for future in [pool.apply_async(same, (i,)) for i in range(n)]:
                future.get()

        return timed(run)


def pool_apply(n):
    with warm() as pool:

        def run():
            for i in range(n):
                pool.apply(same, (i,))

        return timed(run)


def pool_create(n):
    def run():
        for _ in range(n):
            pool = mp.Pool(2)
            pool.close()
            pool.join()

    return timed(run)


def nothing():
    pass


def start_and_join(n):
    def run():
        for _ in range(n):
            join(start(1, nothing))

    return timed(run)


def wait(ready, over):
    ready.put(True)
    over.wait()


def idle_memory(_):
    ready, over = mp.Queue(), mp.Event()
    (child,) = start(1, wait, ready, over)
    ready.get()
    time.sleep(0.1)
    with open(f"/proc/{child.pid}/smaps_rollup") as lines:
        size = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    over.set()
    child.join()
    return size


CASES = {
    "queue-int": lambda n: stream(n, 7, 1, 1),
    "queue-1KiB": lambda n: stream(n, KIB, 1, 1),
    "queue-1MiB": lambda n: stream(n, MIB, 1, 1),
    "queue-bounded-10": lambda n: stream(n, 7, 1, 1, 10),
    "queue-4-writers": lambda n: stream(n, 7, 4, 1),
    "queue-2-and-2": lambda n: stream(n, 7, 2, 2),
    "queue-ping-pong": queue_ping_pong,
    "pipe-ping-pong": pipe_ping_pong,
    "condition-ping-pong": condition_ping_pong,
    "event-ping-pong": event_ping_pong,
    "queue-ping-pong-busy": busy(queue_ping_pong),
    "pipe-ping-pong-busy": busy(pipe_ping_pong),
    "lock-alone": lambda n: lock_pairs(n, 1),
    "lock-2": lambda n: lock_pairs(n, 2),
    "lock-4": lambda n: lock_pairs(n, 4),
    "table-get": table_get,
    "table-set": table_set,
    "value-add-2": lambda n: value_add(n, 2),
    "barrier-4": lambda n: barrier_rounds(n, 4),
    "pool-map": pool_map,
    "pool-map-chunk-1": lambda n: pool_map(n, 1),
    "pool-submit-get": pool_submit,
    "pool-apply": pool_apply,
    "pool-create-close": pool_create,
    "start-join": start_and_join,
    "idle-memory": idle_memory,
}

if __name__ == "__main__":
    print(CASES[sys.argv[1]](int(sys.argv[2])))
