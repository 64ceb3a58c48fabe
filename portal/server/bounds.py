"""What one process of the server takes from clients, and how long it waits for them."""

from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit, setrlimit

# sizes, in bytes
LARGEST_HEAD = 32 * 1024  # request line and headers
MOST_HEADERS = 100
LARGEST_BODY = 4_500_000  # a file of cookies as a form sends it; the application refuses earlier
MEMORY = 64 * 1024 * 1024  # for all requests that are on their way, and answers nobody has taken
PART = 64 * 1024  # of an answer that is made while it is sent

# times, in seconds
HEAD_TIMEOUT = 10.0  # from the first byte of a request, or a new connection, to the whole head
IDLE_TIMEOUT = 75.0  # between two requests; longer than proxies keep a connection (nginx: 60)
BODY_GRACE = 10.0  # before a body has to keep to the least rate
LINGER = 5.0  # after a refusal, for the client to read it
SETTLED = 1.0  # when the server stops, for a request that is still in the kernel
STOP_TIMEOUT = 10.0  # for requests in flight when the server is told to stop

LEAST_RATE = 1024  # bytes a second: bodies that come slower, and answers taken slower, are cut off

# numbers
MOST_CONNECTIONS = 4096
MOST_PIPELINED = 16  # requests that a client may send ahead
WAITING_PER_THREAD = 32  # requests that wait for a thread; more are told to come back later
RETRY_AFTER = 2  # seconds
FILES_ELSEWHERE = 256  # databases, logs, static files


def most_connections() -> int:
    """As many as the process may open files for; the soft limit is raised to the hard one."""
    soft, hard = getrlimit(RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + FILES_ELSEWHERE
    if soft != RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == RLIM_INFINITY else min(hard, wanted)
        setrlimit(RLIMIT_NOFILE, (soft, hard))
    room = MOST_CONNECTIONS if soft == RLIM_INFINITY else soft - FILES_ELSEWHERE
    return max(16, min(MOST_CONNECTIONS, room))
