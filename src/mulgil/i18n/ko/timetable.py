"""한국어: 스케줄, 시간대, 데이터 구간."""

MESSAGES: dict[str, str] = {
    "timetable.cron_bad_field": (
        "cron 스케줄 `{expression}`의 {field} 필드 `{value}`을(를) 해석할 수 없습니다. "
        "{allowed} 값을 쓸 수 있고, `*`, 목록(`1,3`), 범위(`1-3`), 간격(`*/2`)도 쓸 수 있습니다."
    ),
    "timetable.cron_field_count": (
        "스케줄 `{expression}`의 필드가 {count}개입니다. cron 필드는 분, 시, 일, 월, 요일의 5개입니다. "
        "`30 2 * * *`처럼 쓰거나 `@daily` 같은 프리셋을 쓰세요."
    ),
    "timetable.cron_nearest_weekday": (
        "cron 스케줄 `{expression}`의 일(day-of-month) 필드 `{value}`에 쓴 `W`(가장 가까운 평일)는 쓸 수 없습니다. "
        "날짜가 달력에 따라 옮겨 다녀 데이터 구간의 길이가 일정하지 않게 되기 때문입니다. "
        "매월 마지막 평일은 `LW`로 쓰고, 그 밖에는 `MON-FRI` 같은 요일과 DAG 안의 분기를 쓰세요."
    ),
    "timetable.cron_never_fires": (
        "cron 스케줄 `{expression}`이(가) 가리키는 날짜는 존재하지 않습니다. 일, 월, 요일 필드를 확인하세요."
    ),
    "timetable.cron_seconds": (
        "cron 스케줄 `{expression}`의 필드가 6개입니다. 초 단위는 지원하지 않습니다. "
        "분, 시, 일, 월, 요일의 5개 필드로 쓰거나, 1분보다 짧은 주기에는 `timedelta`를 쓰세요."
    ),
    "timetable.delta_needs_start_date": (
        "스케줄로 준 timedelta({delta})는 DAG의 시작일부터 세는데 시작일이 없습니다. DAG에 `start_date=`를 추가하세요."
    ),
    "timetable.delta_too_short": (
        "스케줄로 준 timedelta가 {delta}입니다. 가장 짧은 주기는 1초입니다. 더 긴 값을 주거나, "
        "직접 시작할 때만 실행하려면 `schedule=None`을 쓰세요."
    ),
    "timetable.end_before_start": (
        "DAG의 종료일 {end_date}이(가) 시작일 {start_date}보다 앞섭니다. 두 값을 바꾸거나 고치세요."
    ),
    "timetable.naive_date": (
        'DAG의 {name} 값 {value}에 시간대가 없습니다. `datetime(2013, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))`처럼 '
        "시간대를 붙이거나, DAG의 시간대를 따르는 문자열로 쓰세요."
    ),
    "timetable.naive_instant": (
        "{value}에 시간대가 없어 어느 시각인지 정할 수 없습니다. `{value}+09:00`처럼 시간대를 붙이세요."
    ),
    "timetable.negative_interval": (
        "타임테이블의 interval이 {interval}입니다. interval은 실행 하나가 맡는 데이터의 길이입니다. "
        "0보다 큰 `timedelta`를 주거나, 데이터 구간이 없는 실행이라면 빼세요."
    ),
    "timetable.no_cron": (
        "`MultipleCronTriggerTimetable`에 cron 표현식이 없어 아무것도 실행되지 않습니다. "
        '`"0 6 * * *", "0 18 * * FRI"`처럼 하나 이상 주세요.'
    ),
    "timetable.no_events": (
        "`EventsTimetable`에 시각이 하나도 없어 아무것도 실행되지 않습니다. "
        "시각을 하나 이상 적거나, 직접 시작할 때만 실행하려면 `schedule=None`을 쓰세요."
    ),
    "timetable.out_of_range": (
        "{instant}에서는 스케줄의 데이터 구간을 계산할 수 없습니다. 달력의 범위(1년~9999년)를 벗어났습니다."
    ),
    "timetable.unknown_preset": "`{schedule}`(이)라는 스케줄 프리셋은 없습니다. 쓸 수 있는 프리셋: {presets}.",
    "timetable.unknown_timezone": (
        "`{timezone}`(이)라는 시간대는 없습니다. `Asia/Seoul`, `America/New_York`, `UTC` 같은 IANA 이름을 쓰세요."
    ),
    "timetable.unknown_timezone_near": ("`{timezone}`(이)라는 시간대는 없습니다. 혹시 `{suggestion}`인가요?"),
}
