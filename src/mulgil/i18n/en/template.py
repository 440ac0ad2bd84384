"""Templates."""

MESSAGES: dict[str, str] = {
    "template.failed": "The template in field {field} can't be rendered: {why}. Template: {template}",
}
