"""템플릿."""

MESSAGES: dict[str, str] = {
    "template.failed": "필드 {field}의 템플릿을 렌더링할 수 없습니다: {why}. 템플릿: {template}",
}
