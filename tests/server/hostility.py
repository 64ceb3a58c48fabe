"""Requests that are put together wrongly, by Hypothesis: few bytes of many kinds."""

from hypothesis import strategies as st

METHODS = [b"GET", b"POST", b"HEAD", b"OPTIONS", b"DELETE", b"get", b"CONNECT", b"BREW", b""]
TARGETS = [
    *(b"/", b"/a%2fb", b"/?a=b&c", b"//x/y", b"/%00", b"/%zz?%", b"/a#b", b"*", b"a", b""),
    *(b"http://x/", b"http://X?q", b"http://y/", b"http://u@x/", b"ftp://x/", b"x:80", b"/\xe9"),
    *(b"/\\", b"/a b", b"/a\tb", b"/\0", b"/../x", b"/;a"),
]
VERSIONS = [b"HTTP/1.1"] * 6 + [
    *(
        b"HTTP/1.0",
        b"HTTP/0.9",
        b"HTTP/1.2",
        b"HTTP/2.0",
        b"HTTP/11",
        b"http/1.1",
        b"",
        b"HTTP/1.1 ",
    ),
]
HEADERS = [
    *(b"Host: x", b"Host: y", b"host:x", b"Host : x", b"Host:", b"Ho_st: z", b"Host: x, y"),
    *(b"Content-Length: 3", b"Content-Length: 5", b"Content-Length: 0", b"content-length:3"),
    *(b"Content-Length: +3", b"Content-Length: 3, 3", b"Content-Length: 3 ", b"Content-Length:"),
    *(b"Content-Length: -1", b"Content-Length: 0x3", b"Content_Length: 5", b"Content-Length : 3"),
    *(b"Content-Length: 99999999999999999999", b"Content-Length: 003", b"Content-Length: 1 2"),
    *(b"Transfer-Encoding: chunked", b"Transfer-Encoding: Chunked", b"Transfer-Encoding:chunked "),
    *(b"Transfer-Encoding: identity", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: x"),
    *(
        b"Transfer-Encoding: chunked, chunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding:",
    ),
    *(
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer_Encoding: chunked",
        b" Transfer-Encoding: chunked",
    ),
    *(b"Connection: close", b"Connection: keep-alive", b"Connection: upgrade", b"Upgrade: h2c"),
    *(b"Connection: Content-Length", b"Expect: 100-continue", b"Expect: x", b"A: b", b"A:", b"A"),
    *(
        b"A: b\r c",
        b"A: b\r\n c",
        b"A: b\n c",
        b"A: \0",
        b"A\0: b",
        b"A: \xe9",
        b"A\xe9: b",
        b": b",
    ),
    *(
        b"A: b\rHost: y",
        b"A: b\nHost: y",
        b"A b: c",
        b"X-Forwarded-Host: y",
        b"X_Forwarded_Host: y",
    ),
    *(b"Cookie: a=b", b"Cookie: c=d", b"A: b\t ", b"A:\t\tb", b"Proxy: x", b"A-: b", b"!#$: b"),
]
ENDS = [b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n", b"\n\r\n", b"", b" \r\n"]
CHUNKS = [
    *(
        b"3\r\nabc\r\n",
        b"3;a=b\r\nabc\r\n",
        b"003\r\nabc\r\n",
        b"1\r\na\r\n",
        b"A\r\n0123456789\r\n",
    ),
    *(
        b"3\nabc\n",
        b"3 \r\nabc\r\n",
        b"0x3\r\nabc\r\n",
        b"-3\r\nabc\r\n",
        b"2\r\nabc\r\n",
        b"3\r\nabc",
    ),
    *(
        b"4\r\nabc\r\n",
        b"3;\nabc\r\n",
        b"3;a\rb\r\nabc\r\n",
        b"ffffffffffffffffff\r\n",
        b"+3\r\nabc\r\n",
    ),
    *(b"3\r\nabc\r\n3\r\nd\r\n\r\n", b'3;"\r\nabc\r\n', b"\r\n", b"3\r\n\r\n\r\n\r\n"),
]
LAST_CHUNKS = [b"0\r\n\r\n"] * 3 + [
    *(
        b"0\r\nA: b\r\n\r\n",
        b"0\r\nHost: y\r\nContent-Length: 9\r\n\r\n",
        b"00\r\n\r\n",
        b"0\n\n",
        b"0\r\n",
    ),
    *(b"0;a\r\n\r\n", b"0\r\nCookie: t=u\r\n\r\n", b"0\r\n\r", b"0 \r\n\r\n"),
]


def one_of(choices):
    return st.sampled_from(choices)


chunked = st.tuples(st.lists(one_of(CHUNKS), max_size=4), one_of(LAST_CHUNKS)).map(
    lambda found: b"".join(found[0]) + found[1]
)
bodies = st.one_of(st.just(b""), st.sampled_from([b"abc", b"abcde", b"GET /"]), chunked)


@st.composite
def requests(draw) -> bytes:
    """One request, wrong in some places or in none."""
    space = draw(one_of([b" "] * 8 + [b"  ", b"\t", b""]))
    parts = [draw(one_of(METHODS)), draw(one_of(TARGETS)), draw(one_of(VERSIONS))]
    lines = [space.join(parts), b"Host: x", *draw(st.lists(one_of(HEADERS), max_size=4))]
    head = b"".join(line + draw(one_of(ENDS)) for line in lines)
    return head + draw(one_of(ENDS)) + draw(bodies)


@st.composite
def damaged(draw, source) -> bytes:
    """Bytes that are changed, left out, doubled or put in somewhere."""
    data = bytearray(draw(source))
    for _ in range(draw(st.integers(0, 3))):
        start, length = draw(st.integers(0, len(data))), draw(st.integers(0, 4))
        found = bytes(data[start : start + length])
        new = draw(
            st.one_of(st.binary(max_size=3), st.just(found * 2), one_of([b"\r\n", b"\0", b":"]))
        )
        data[start : start + length] = new
    return bytes(data)


requests_in_a_row = st.lists(requests(), min_size=1, max_size=3).map(b"".join)
streams = st.one_of(requests_in_a_row, damaged(requests_in_a_row), st.binary(max_size=200))


@st.composite
def pieces(draw, source) -> tuple[bytes, list[bytes]]:
    """A stream, and the same cut anywhere."""
    data = draw(source)
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=12)))
    return data, [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
