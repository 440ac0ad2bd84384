"""What tasks ask of the scheduler, by way of their daemon."""

from worker_installation import Installation, assignment

from mulgil.i18n import Text
from mulgil.messages import Answer, Ask, Assign, Failed, GetConnection, GetVariable, GetXCom, Succeeded
from mulgil.model import Connection, XComValue
from mulgil.serialization import decode_xcom, encode_xcom

DAG = """
import logging
from mulgil.sdk import DAG, task, Connection, Variable

with DAG("pipeline"):
    @task
    def first():
        return 20

    @task
    def second(value):
        return value + 1

    @task
    def reads():
        connection = Connection.get("warehouse")
        logging.getLogger("mine").warning("password is %s", connection.password)
        return [connection.host, Variable.get("bucket"), Variable.get("none", "fallback")]

    @task
    def large():
        return "x" * 100_000

    @task
    def misspelt():
        Connection.get("warehuose")

    second(first())
    reads()
    large()
    misspelt()
"""


def _answer(installation: Installation, ask: Ask, **what: object) -> None:
    installation.gateway.send(Answer(attempt_id=ask.attempt_id, request_id=ask.request_id, **what))  # type: ignore[arg-type]


def _stored(task_id: str, value: bytes) -> XComValue:
    return XComValue(
        dag_id="pipeline", run_id="manual__1", task_id=task_id, map_index=-1, key="return_value", value=value
    )


def test_an_argument_is_the_result_of_another_task(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("second")))
    ask = gateway.asked()
    assert ask.question == GetXCom("manual__1", "first", -1, "return_value")
    _answer(installation, ask, xcoms=(_stored("first", encode_xcom(20, task_id="first", key="return_value")),))
    report = gateway.report("attempt-second")
    assert decode_xcom(report.xcoms[0].value) == 21


def test_connections_and_variables_and_what_the_log_hides(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("reads")))
    ask = gateway.asked()
    assert ask.question == GetConnection("warehouse")
    connection = Connection(connection_id="warehouse", conn_type="duckdb", host="w.db", password="hush-hush")
    _answer(installation, ask, connection=connection)
    ask = gateway.asked()
    assert ask.question == GetVariable("bucket")
    _answer(installation, ask, variable="flights")
    _answer(installation, gateway.asked(), error=Text("gateway.variable_unknown", {"key": "none"}))
    report = gateway.report("attempt-reads")
    assert decode_xcom(report.xcoms[0].value) == ["w.db", "flights", "fallback"]
    (line,) = [line for line in installation.log("reads") if line.logger == "mine"]
    assert (line.level, line.msg) == ("warning", "password is ***")


def test_a_question_survives_the_scheduler(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("second")))
    ask = gateway.asked()
    gateway.close()
    gateway.listen()
    hello = gateway.accept()
    assert hello.live == ("attempt-second",)
    again = gateway.asked()
    assert again == ask
    _answer(installation, again, xcoms=(_stored("first", encode_xcom(1, task_id="first", key="return_value")),))
    assert gateway.report("attempt-second").outcome == Succeeded()


def test_an_answer_with_an_error_fails_the_task_by_it(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("misspelt")))
    fields = {"connection_id": "warehuose", "nearest": "warehouse"}
    error = Text("gateway.connection_misspelt", {**fields})
    _answer(installation, gateway.asked(), error=error)
    assert gateway.report("attempt-misspelt").outcome == Failed(error)


def test_a_large_result_is_kept_in_a_file(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("large"))
    (xcom,) = report.xcoms
    assert len(xcom.value) < 1000
    (file,) = [path for path in installation.home.xcom_folder.rglob("*") if path.is_file()]
    assert decode_xcom(file.read_bytes()) == "x" * 100_000
