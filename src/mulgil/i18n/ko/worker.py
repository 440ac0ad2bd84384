"""워커의 한국어 문구."""

MESSAGES = {
    "worker.answer_empty": "스케줄러의 응답에 값도 이유도 없습니다. mulgil의 버그입니다",
    "worker.asked_in_fork": (
        "연결, 변수, XCom은 태스크 자신의 프로세스에서만 요청할 수 있고 태스크가 포크한 프로세스에서는 요청할 수 "
        "없습니다. 먼저 값을 읽어 두고 자식 프로세스에 넘기세요"
    ),
    "worker.cut_off": (
        "태스크가 결과를 보고할 때 쓰는 파일 디스크립터를 닫아서 반환값이 사라졌습니다. 어떻게 끝났는지는 위쪽 로그에 "
        "있습니다. 태스크가 직접 연 것만 닫으세요"
    ),
    "worker.exited": (
        "태스크 프로세스가 결과를 보고하지 못하고 종료 코드 {status}(으)로 끝났습니다. 코드에서 os._exit()를 "
        "호출했거나 프로세스가 비정상 종료되었습니다. 위쪽 로그에서 원인을 확인하세요"
    ),
    "worker.import_failed": "{file} {line}행: DAG 파일을 임포트하는 중 {kind} 오류가 발생했습니다: {message}",
    "worker.import_timed_out": (
        "{file} 임포트가 {seconds}초를 넘겨 중단했습니다. 오래 걸리는 작업을 파일 최상위에서 태스크 안으로 옮기거나 "
        "[worker]의 import_timeout_seconds 값을 늘리세요"
    ),
    "worker.journal_locked": "다른 프로세스가 저널 {folder}을(를) 잠그고 있습니다",
    "worker.journal_unlockable": (
        "다른 워커의 저널 {folder}을(를) 열 수 없습니다({why}). 문제를 고치고 워커를 다시 시작할 때까지 그 워커의 "
        "태스크는 기다립니다"
    ),
    "worker.journal_unwritable": (
        "저널 {folder}에 쓸 수 없어({why}) 여기서는 태스크를 시작하지 않습니다. 디스크 공간을 확보하거나 폴더 권한을 "
        "고치세요"
    ),
    "worker.journal_written": "저널 {folder}에 다시 쓸 수 있습니다. 태스크를 전처럼 시작합니다",
    "worker.journal_newer": (
        "종료된 워커의 저널 형식은 {format}이지만 이 버전은 {supported}까지만 읽을 수 있습니다. 더 새로운 버전의 "
        "mulgil을 한 번 실행해 보고를 넘겨받으세요"
    ),
    "worker.killed": "태스크 프로세스가 {signal} 시그널로 종료되었습니다",
    "worker.killed_hard": (
        "mulgil이 아닌 다른 곳에서 보낸 SIGKILL로 태스크 프로세스가 종료되었습니다. 누군가 `kill -9`를 실행했거나 "
        "메모리 제한에 걸렸을 수 있습니다"
    ),
    "worker.killed_oom": (
        "커널이 태스크 프로세스를 종료했습니다. 메모리가 부족했을 가능성이 큽니다. 태스크의 메모리 사용량을 "
        "줄이거나 동시 실행 수를 낮추세요([worker]의 slots, 풀)"
    ),
    "worker.leaving": "워커가 곧 종료될 예정이라 새 작업을 받지 않습니다. 태스크는 다른 워커에서 시작됩니다",
    "worker.log_unwritable": (
        "태스크 로그 {path}에 쓸 수 없습니다({why}). 디스크 공간을 확보하거나 폴더 권한을 고치세요"
    ),
    "worker.no_process": (
        "시스템이 태스크용 프로세스를 만들지 못했습니다({why}). 프로세스가 너무 많거나 메모리가 부족합니다. "
        "태스크는 다시 시작됩니다"
    ),
    "worker.process_broken": (
        "태스크 프로세스를 정상적으로 마무리하지 못했습니다: {kind}: {message}. 태스크의 코드가 mulgil과 함께 쓰는 "
        "것을 닫거나 바꾸었습니다"
    ),
    "worker.progress": "지금까지 {rows}행",
    "worker.progress_of": "{total}행 중 {rows}행 처리",
    "worker.resolved": (
        "커밋한 뒤에 태스크 프로세스가 종료되었습니다. 대상에 데이터가 있으므로 태스크를 성공으로 처리합니다"
    ),
    "worker.stopped": "워커가 중지 요청을 받아 태스크를 종료했습니다. 시도 횟수에 포함하지 않고 다시 시작합니다",
    "worker.task_exited": "태스크가 sys.exit({code})을(를) 호출했습니다",
    "worker.timed_out": (
        "태스크가 execution_timeout {seconds}초를 넘겨 종료했습니다. 제한 시간을 늘리거나 태스크가 하는 일을 줄이세요"
    ),
    "worker.unfit_event_loop": (
        "{file}을(를) 임포트한 뒤에도 이벤트 루프가 실행 중이어서 태스크를 매번 새 인터프리터에서 시작합니다. 이 "
        "방식은 더 느리므로 이벤트 루프는 태스크 안에서 시작하세요"
    ),
    "worker.unfit_threads": (
        "{file}을(를) 임포트한 뒤에도 스레드({threads})가 실행 중이어서 태스크를 매번 새 인터프리터에서 시작합니다. "
        "이 방식은 더 느리므로 스레드는 태스크 안에서 시작하세요"
    ),
    "worker.vanished": (
        "워커의 프로세스가 종료되면서 태스크도 함께 중단되었습니다. 시도 횟수에 포함하지 않고 다시 시작합니다"
    ),
    "worker.zygote_died": (
        "{file}을(를) 임포트해 둔 프로세스가 태스크를 시작하기 전에 종료되었습니다. 시도 횟수에 포함하지 않고 다시 "
        "시작합니다"
    ),
}
