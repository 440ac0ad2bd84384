"""프로세스 사이의 메시지에 관한 한국어 문구."""

MESSAGES = {
    "messages.frame_too_long": "{bytes}바이트 메시지가 한도인 {limit}바이트를 넘습니다",
    "messages.frame_unwritable": "{kind} 메시지를 보낼 수 없습니다: {why}",
    "messages.frame_unreadable": (
        "다른 mulgil 프로세스가 보낸 메시지를 읽을 수 없습니다: {why}. 모든 프로세스의 버전이 같은지 확인하세요"
    ),
}
