"""What a type checker must reject: each line that ends with an expected error code, and no other."""

from mulgil import DAG, BashOperator, EmptyOperator, dag, task

DAG("x", shedule="@daily")  # expect: call-arg
DAG("x", max_active_runs="3")  # expect: arg-type
EmptyOperator(task_id="a", retires=3)  # expect: call-arg
EmptyOperator(task_id="a", retries="3")  # expect: arg-type
EmptyOperator()  # expect: call-arg
BashOperator(task_id="a")  # expect: call-arg
EmptyOperator(task_id="a") >> 3  # expect: type-var


@task
def number() -> int:
    """Give a number."""
    return 1


number() + 1  # expect: operator
with DAG("y"):
    text: str = number()  # expect: assignment


@dag(schedule="@daily")
def takes(name: str) -> None:
    """Take a name."""


takes(5)  # expect: arg-type
takes()  # expect: call-arg
