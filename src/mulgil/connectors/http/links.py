"""The `Link` header of RFC 8288: `<https://api/items?page=2>; rel="next", <…>; rel="last"`."""

import re

# A target, then parameters whose values are tokens or quoted strings; commas inside of either separate nothing.
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s=;,\"]+(?:\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s;,\"]*))?)*)\s*(?:,|$)")
_PARAMETER = re.compile(r";\s*([^\s=;,\"]+)(?:\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?")


def link_with(header: str, relation: str) -> str | None:
    """Return the target of the first link with this relation, or None."""
    for target, parameters in _LINK.findall(header):
        for name, quoted, token in _PARAMETER.findall(parameters):
            if name.lower() == "rel" and relation.lower() in (quoted or token).lower().split():
                return str(target).strip()
    return None
