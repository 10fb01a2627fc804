"""A content package: files in a zip with the manifest that lists them (IMS Content Packaging 1.1.4).

Every entry has the same date, so that the same exercises give the same bytes.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from typing import NamedTuple

from cnnviz.arithmetic.exercises.exports.html import Picture

CONTENT = "http://www.imsglobal.org/xsd/imscp_v1p1"
DATE = (2000, 1, 1, 0, 0, 0)


class Resource(NamedTuple):
    """A file of the package with its type, what else it shows, and which other resources it stands on."""

    identifier: str
    kind: str
    path: str
    data: bytes
    pictures: tuple[tuple[str, Picture], ...] = ()
    stands_on: tuple[str, ...] = ()


def packed(resources: list[Resource], schema: str, version: str) -> bytes:
    """The zip."""
    manifest = ET.Element("manifest", xmlns=CONTENT, identifier="cnnviz-exercises")
    metadata = ET.SubElement(manifest, "metadata")
    ET.SubElement(metadata, "schema").text = schema
    ET.SubElement(metadata, "schemaversion").text = version
    ET.SubElement(manifest, "organizations")
    listed = ET.SubElement(manifest, "resources")
    files: dict[str, bytes] = {}
    for resource in resources:
        element = ET.SubElement(
            listed, "resource", identifier=resource.identifier, type=resource.kind, href=resource.path
        )
        files[resource.path] = resource.data
        files |= {path: picture.data for path, picture in resource.pictures}
        for path in (resource.path, *(path for path, _ in resource.pictures)):
            ET.SubElement(element, "file", href=path)
        for other in resource.stands_on:
            ET.SubElement(element, "dependency", identifierref=other)
    files = {"imsmanifest.xml": as_xml(manifest), **files}
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(path, DATE), data, zipfile.ZIP_DEFLATED)
    return packing.getvalue()


def as_xml(root: ET.Element) -> bytes:
    """An element as a file."""
    written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written
