"""A logo is a picture by what it holds, or a drawing that can do no harm."""

import struct
from hashlib import sha256

import pytest

from portal.banner.images import (
    LARGEST,
    BadDimensions,
    ForbiddenContent,
    LogoRefused,
    TooLarge,
    UnknownFormat,
)
from portal.banner.logos import drop_logos, keep_logo, read_logo
from portal.database import db, writing
from portal.policy.models import Logo, Look
from tests import make

NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


# The beginning of a file of each format, as far as it tells the size


def png(width=40, height=20):
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", width, height)


def gif(width=40, height=20):
    return b"GIF89a" + struct.pack("<HH", width, height)


def jpeg(width=40, height=20):
    comment = b"\xff\xfe" + struct.pack(">H", 5) + b"abc"
    frame = b"\xff\xff\xc2" + struct.pack(">HBHH", 8, 8, height, width)
    return b"\xff\xd8" + comment + frame


def webp(width=40, height=20, kind=b"VP8X"):
    size = {
        b"VP8X": b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little"),
        b"VP8 ": b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }[kind]
    return b"RIFF\0\0\0\0WEBP" + kind + b"\0\0\0\0" + size


def svg(inside="<path d='M0 0h9v9z'/>", root='viewBox="0 0 40 20"'):
    return f"<svg {NAMESPACE} {root}>{inside}</svg>".encode()


PICTURES = {
    "image/png": png,
    "image/gif": gif,
    "image/jpeg": jpeg,
    "image/webp": webp,
}
every_picture = pytest.mark.parametrize(("mimetype", "made"), PICTURES.items())


@every_picture
def test_a_picture_is_known_by_its_first_bytes(mimetype, made):
    assert read_logo(made()) == mimetype


@pytest.mark.parametrize("kind", [b"VP8X", b"VP8L", b"VP8 "])
def test_a_webp_of_each_kind_tells_its_size(kind):
    assert read_logo(webp(2000, 1, kind)) == "image/webp"
    with pytest.raises(BadDimensions):
        read_logo(webp(2001, 1, kind))


@every_picture
@pytest.mark.parametrize("size", [(2001, 20), (40, 2001), (65535, 65535)])
def test_a_picture_that_unpacks_to_many_pixels_is_refused(mimetype, made, size):
    with pytest.raises(BadDimensions):
        read_logo(made(*size))


@every_picture
def test_a_picture_that_ends_too_early_is_refused(mimetype, made):
    whole = made()
    for length in range(len(whole)):
        with pytest.raises(UnknownFormat):
            read_logo(whole[:length])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF",
        b"%PDF-1.7",
        b"BM" + b"\0" * 60,
        b"\0" * 100,
        b"<html><script>alert(1)</script></html>",
        b"<svg/>",
        b"\xff\xfe<\0s\0v\0g\0",  # UTF-16
        b"\xff\xd8\xff\xd9",
        svg()[:-1],
        svg("<path/>").replace(b"</svg>", b"</svg><svg/>"),
        svg("\0"),
        svg("\xe9").decode().encode("latin-1"),
    ],
)
def test_what_is_no_image_is_refused(content):
    with pytest.raises(LogoRefused):
        read_logo(content)


def test_a_file_that_is_too_large_is_refused():
    padded = svg(f"<desc>{'a' * (LARGEST - len(svg('<desc></desc>')))}</desc>")
    assert len(padded) == LARGEST
    assert read_logo(padded) == "image/svg+xml"
    with pytest.raises(TooLarge):
        read_logo(padded + b" ")


@pytest.mark.parametrize(
    "inside",
    [
        "<title>Paris (city)</title><g fill='#abc' transform='rotate(3) scale(.5,1)'><rect/></g>",
        "<defs><linearGradient id='a'><stop stop-color='red'/></linearGradient></defs>",
        "<circle r='3' fill='url(#a)' style='stroke:url(\"#a\");opacity:.5'/>",
        "<defs><radialGradient id='b' xmlns:x='http://www.w3.org/1999/xlink' x:href='#a'/></defs>",
        "<style type='text/css'>.a{fill:rgb(1,2,3)}</style><path class='a' data-name='Layer (1)'/>",
        "<style><![CDATA[.a{fill:#fff}]]></style>",
        "<clipPath id='c'><path d='M0 0'/></clipPath><g clip-path='url(#c)'/>",
        "<!-- made by hand -->&#233;&lt;",
    ],
)
def test_a_plain_drawing_is_taken(inside):
    assert read_logo(b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n" + svg(inside)) == (
        "image/svg+xml"
    )


HARM = {
    "<script>": "<script>alert(1)</script>",
    "<script>, of another kind": "<h:script xmlns:h='http://www.w3.org/1999/xhtml'/>",
    "<path onload>": "<path onload='alert(1)'/>",
    "<g onclick>": "<g onclick='alert(1)'/>",
    "<foreignObject>": "<foreignObject><p/></foreignObject>",
    "<image>": "<image href='https://evil.example/a.png'/>",
    "<use>": "<use href='#a'/>",
    "<a>": "<a href='javascript:alert(1)'/>",
    "<animate>": "<animate attributeName='href' to='javascript:alert(1)'/>",
    "<set>": "<set attributeName='onload' to='alert(1)'/>",
    "<filter>": "<filter/>",
    "<iframe>": "<iframe src='//evil.example'/>",
    "<linearGradient href>": "<linearGradient href='https://evil.example/a.svg#b'/>",
    "<path href>": "<path href='#a'/>",
    "<style type>": "<style type='text/x-evil'/>",
    "<path type>": "<path type='text/css'/>",
    "url()": "<path fill='url(https://evil.example/a)'/>",
    "URL()": "<path fill='URL(#a)'/>",
    "image-set()": "<path style='fill:image-set(\"https://evil.example/a\" 1x)'/>",
    "@": "<style>@import '//evil.example/a.css'</style>",
    "\\": "<style>.a{fill:u\\72l(//evil.example)}</style>",
    "clip-path": "<style>.a{clip-path:url(#b)}</style>",
    "CLIP-PATH": "<path style='CLIP-PATH:url(#b)'/>",
    "<path clip-path>": "<path clip-path='url(https://evil.example/a.svg#b)'/>",
    "<clipPath clip-path>": "<clipPath><path clip-path='url(#b)'/></clipPath>",
    "<?…?>": "<?xml-stylesheet href='//evil.example/a.css'?>",
    "50 × <g>": "<g>" * 60 + "</g>" * 60,
}


@pytest.mark.parametrize(("what", "inside"), HARM.items())
def test_a_drawing_that_could_do_harm_is_refused_and_told_why(what, inside):
    with pytest.raises(ForbiddenContent) as refused:
        read_logo(svg(inside))
    assert refused.value.values["what"] == what.partition(",")[0]


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://evil.example/a"> %a;]>',
        '<?xml version="1.0" encoding="UTF-7"?>',
        '<?xml version="1.0" encoding="ISO-2022-JP"?>',
    ],
)
def test_a_drawing_declares_nothing(before):
    with pytest.raises(ForbiddenContent):
        read_logo(before.encode() + svg())


@pytest.mark.parametrize(
    "root", ['width="2001" height="9"', 'width="9" height="1e9px" ', 'width="0" height="9"', ""]
)
def test_a_drawing_has_a_sane_size(root):
    with pytest.raises(BadDimensions):
        read_logo(svg(root=root))


def test_what_is_told_of_a_drawing_is_short():
    with pytest.raises(ForbiddenContent) as refused:
        read_logo(svg(f"<{'a' * 10_000}/>"))
    assert len(str(refused.value)) < 200


# Keeping them


def test_a_logo_is_kept_once_under_its_digest(app):
    tenant_id = make.tenant(app)
    for _ in range(2):
        with app.app_context(), writing():
            digest = keep_logo(tenant_id, png())
    assert digest == sha256(png()).hexdigest()
    with app.app_context():
        (kept,) = db.session.query(Logo).all()
        assert (kept.tenant_id, kept.mimetype, kept.content) == (tenant_id, "image/png", png())


def test_the_same_logo_of_two_tenants_is_kept_for_each(app):
    paris, oslo = make.tenant(app), make.tenant(app, "oslo", "en")
    with app.app_context(), writing():
        keep_logo(paris, png())
        keep_logo(oslo, png())
    with app.app_context(), writing():
        drop_logos(paris, ())
    with app.app_context():
        assert [one.tenant_id for one in db.session.query(Logo)] == [oslo]


def test_a_logo_that_was_published_stays(app):
    tenant_id = make.tenant(app)
    with app.app_context(), writing():
        look = {"accent": "#0f5c4d", "accent_dark": "#7dd3bd", "corner": 8, "position": "bottom"}
        digest = keep_logo(tenant_id, png())
        db.session.add(Look(tenant_id=tenant_id, logo=digest, **look))
    make.publish(app)
    with app.app_context(), writing():
        drop_logos(tenant_id, ())
    with app.app_context():
        assert db.session.query(Logo).count() == 1


def test_of_the_others_only_those_asked_for_stay(app):
    tenant_id = make.tenant(app)
    with app.app_context(), writing():
        first, second = keep_logo(tenant_id, png()), keep_logo(tenant_id, gif())
        drop_logos(tenant_id, {second})
    with app.app_context():
        assert [one.digest for one in db.session.query(Logo)] == [second]
        assert first != second
