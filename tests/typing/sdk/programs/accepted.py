"""What a type checker must accept."""

from datetime import timedelta
from typing import assert_type

from mulgil import (
    DAG,
    Asset,
    BaseOperator,
    BashOperator,
    Context,
    EmptyOperator,
    Param,
    PythonOperator,
    TaskGroup,
    Variable,
    XComArg,
    chain,
    cross_downstream,
    dag,
    task,
    task_group,
)


class Copy(BaseOperator):
    """An operator of one's own."""

    template_fields = ("table",)

    def execute(self, context: Context) -> str:
        """Read the context."""
        return str(context["ds"])


@dag(schedule="@daily", start_date="2024-01-01", params={"n": Param(1, type="integer"), "plain": 2}, tags=["x"])
def pipeline(name: str = "x") -> None:
    """Use everything once."""

    @task
    def extract(ds: str) -> list[int]:
        return [len(ds)]

    @task(retries=3, retry_delay=timedelta(minutes=1), execution_timeout=60, outlets=[Asset("a")])
    def total(numbers: list[int], factor: int = 1) -> int:
        return sum(numbers) * factor

    @task.branch
    def choose(number: int) -> str:
        return "small" if number < 3 else "large"

    @task.bash(env={"A": "1"}, append_env=True, task_id="shell")
    def shell() -> str:
        return f"echo {Variable.get('x', default=1)}"

    numbers = extract()
    assert_type(numbers, XComArg[list[int]])
    assert_type(total(numbers, factor=2), XComArg[int])
    assert_type(total.override(task_id="other")(numbers), XComArg[int])
    assert_type(total.partial(numbers=[1]).expand(factor=[1, 2]), XComArg[list[int]])
    sums = total.expand_kwargs([{"numbers": [1]}, {"numbers": [2], "factor": 3}])
    total(sums)
    with TaskGroup("box", tooltip="t") as box:
        small, large = EmptyOperator(task_id="small"), EmptyOperator(task_id="large")
    choose(total(numbers)) >> [small, large] >> shell()
    box >> PythonOperator(task_id="p", python_callable=print, op_args=[numbers])
    BashOperator(task_id="b", bash_command="true", retries=1, trigger_rule="all_done") << [small, large]
    BashOperator.partial(task_id="m").expand(bash_command=["a", "b"])
    chain(small, [large], box)
    cross_downstream([small], [large])
    Copy(task_id="copy", pool="p")

    @task_group(group_id="g")
    def part(number: int) -> XComArg[int]:
        return total([number])

    assert_type(part(3), XComArg[int])


assert_type(pipeline(), DAG)
pipeline("y")
with DAG("plain", schedule=timedelta(hours=1), timezone="Asia/Seoul", catchup=True) as plain:
    EmptyOperator(task_id="only")
assert_type(plain.task("only"), BaseOperator)
