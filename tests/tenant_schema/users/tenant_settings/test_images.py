"""What the bytes of an image say of it."""

import pytest

from tenant_schema.users.tenant_settings.images import Image, image_of

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (480).to_bytes(4) + b"\x08\x02\0\0\0crc!"
_APP = b"\xff\xe0\x00\x04ab"
_FRAME = b"\xff\xc2\x00\x0b\x08" + (480).to_bytes(2) + (640).to_bytes(2) + b"\x01\x01"
JPEG = b"\xff\xd8" + _APP + b"\xff" + _FRAME


def webp(kind: bytes, data: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBP" + kind + len(data).to_bytes(4, "little") + data


_EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (639).to_bytes(3, "little") + (479).to_bytes(3, "little"))
_LOSSY = webp(
    b"VP8 ", b"\0\0\0\x9d\x01\x2a" + (640).to_bytes(2, "little") + (480).to_bytes(2, "little") + b"\0"
)
_LOSSLESS = webp(b"VP8L", b"\x2f" + (639 | 479 << 14).to_bytes(4, "little") + b"\0" * 8)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (_EXTENDED, "image/webp"),
        (_LOSSY, "image/webp"),
        (_LOSSLESS, "image/webp"),
    ],
)
def test_type_and_size_are_read_from_the_bytes(content: bytes, media_type: str) -> None:
    assert image_of(content) == Image(media_type, 640, 480)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"GIF89a", b"<svg/>", b"RIFF\0\0\0\0WAVE", b"RIFF\0\0\0\0WEBPVP8X", b"\xff\xd8\xff"),
        webp(b"ALPH", b"\0" * 20),
        b"\xff\xd8\xff\xe0\0\0" * 3,
        JPEG.replace(b"\xc2", b"\xc4"),
        PNG.replace((640).to_bytes(4), bytes(4)),
    ],
)
def test_what_has_no_size_is_no_image(content: bytes) -> None:
    assert image_of(content) is None


@pytest.mark.parametrize("content", [PNG, JPEG, _EXTENDED, _LOSSY, _LOSSLESS])
def test_a_part_of_an_image_is_read_without_an_error(content: bytes) -> None:
    for length in range(len(content)):
        image_of(content[:length])
