"""What a PDF/A-2U file says of itself (XMP). Written here, since fpdf2 would put in the time of printing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about=""
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:xmp="http://ns.adobe.com/xap/1.0/"
        xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
      <pdfaid:part>2</pdfaid:part>
      <pdfaid:conformance>U</pdfaid:conformance>
      <xmp:CreatorTool>ncre</xmp:CreatorTool>
      <xmp:CreateDate>{moment}</xmp:CreateDate>
      <xmp:ModifyDate>{moment}</xmp:ModifyDate>
      <xmp:MetadataDate>{moment}</xmp:MetadataDate>
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
      <dc:language><rdf:Bag>{languages}</rdf:Bag></dc:language>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>"""


def archive_metadata(title: str, made_at: datetime, languages: Sequence[str]) -> str:
    """The XMP packet of a document in these languages (BCP 47); its only time is that of the record."""
    moment = made_at.astimezone(UTC).isoformat(timespec="seconds")
    spoken = "".join(f"<rdf:li>{one}</rdf:li>" for one in languages)
    return _XMP.format(title=escape(title), moment=moment, languages=spoken)
