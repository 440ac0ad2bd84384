"""한국어: 있을 수 없는 값."""

MESSAGES: dict[str, str] = {
    "model.interval_inverted": (
        "데이터 구간의 끝이 시작보다 앞설 수 없습니다: 시작 {start}, 끝 {end}. 두 값을 바꾸거나 고치세요."
    ),
    "model.interval_not_utc": (
        "데이터 구간의 시작과 끝은 UTC여야 합니다: 시작 {start}, 끝 {end}. `.astimezone(UTC)`로 변환하세요."
    ),
}
