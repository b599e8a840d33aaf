"""A PDF that Chromium wrote, with bookmarks named after their headings, in a quarter of its bytes.

Chromium writes one plain object for each of a hundred thousand tags. Here they are packed, as PDF 1.5 allows.
pikepdf packs them into as many bytes; it and lxml would be 24 MB more in every environment, for this one file.
"""

import re
import struct
import zlib
from itertools import accumulate

TITLE = re.compile(rb"/Title (?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f]*>)", re.DOTALL)
PACKED = 200  # objects in one stream


def objects_of(pdf):
    """`{number: its text}` of a PDF that Chromium wrote, and what the trailer says."""
    table = int(re.search(rb"startxref\s+(\d+)", pdf)[1])
    rows = re.findall(rb"(\d{10}) \d{5} ([nf])", pdf[table:pdf.index(b"trailer", table)])
    begin = {int(offset): number for number, (offset, kind) in enumerate(rows) if kind == b"n"}
    ends = [*sorted(begin)[1:], table]
    found = {begin[at]: pdf[pdf.index(b"obj", at) + 3:pdf.rindex(b"endobj", at, end)].strip()
             for at, end in zip(sorted(begin), ends, strict=True)}
    return found, re.search(rb"<<(.*?)>>", pdf[pdf.index(b"trailer", table):], re.DOTALL)[1]


def reference(text, name):
    found = re.search(rb"/" + name + rb" (\d+) 0 R", text)
    return int(found[1]) if found else None


def bookmarks(objects, number):
    """The numbers of the bookmarks under one, each before those under it."""
    child = reference(objects[number], b"First")
    while child:
        yield child
        yield from bookmarks(objects, child)
        child = reference(objects[child], b"Next")


def name_bookmarks(objects, titles):
    """Each after its heading: Chromium says a heading at the top of a sheet twice over, and forgets spaces."""
    root = next(reference(text, b"Outlines") for text in objects.values() if re.search(rb"/Type\s*/Catalog\b", text))
    for number, title in zip(bookmarks(objects, root), titles, strict=True):
        said = ("\ufeff" + title).encode("utf-16-be").hex().encode()
        objects[number] = TITLE.sub(b"/Title <" + said + b">", objects[number])


def stream(about, text):
    packed = zlib.compress(text, 9)
    return b"<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (about, len(packed), packed)


def pack_objects(objects):
    """Objects as one: first each one's number and place, then all of them."""
    places = accumulate((len(text) + 1 for text in objects.values()), initial=0)
    head = b"".join(b"%d %d " % pair for pair in zip(objects, places, strict=False))
    about = b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head))
    return stream(about, head + b" ".join(objects.values()))


def written(objects, trailer):
    """A PDF of these objects, those without a stream packed many to one: of a book with tags they are most of it."""
    out, rows, size = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}, max(objects) + 1

    def write(number, text):
        rows[number] = (1, len(out), 0)
        out.extend(b"%d 0 obj\n%s\nendobj\n" % (number, text))

    loose = [number for number, text in objects.items() if not text.endswith(b"endstream")]
    for number in sorted(objects.keys() - set(loose)):
        write(number, objects[number])
    for group in (loose[i:i + PACKED] for i in range(0, len(loose), PACKED)):
        rows |= {number: (2, size, place) for place, number in enumerate(group)}
        write(size, pack_objects({number: objects[number] for number in group}))
        size += 1
    end = rows[size] = (1, len(out), 0)
    table = b"".join(struct.pack(">BIH", *rows.get(number, (0, 0, 0))) for number in range(size + 1))
    said = re.sub(rb"/Size \d+", b"", trailer)
    write(size, stream(b"/Type/XRef/Size %d/W[1 4 2]%s" % (size + 1, said), table))
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % end[1]
