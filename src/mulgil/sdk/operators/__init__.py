"""The operators that come with mulgil; each is also one file here."""

from mulgil.sdk.operators.bash import BashOperator
from mulgil.sdk.operators.branch import BaseBranchOperator, BranchPythonOperator
from mulgil.sdk.operators.empty import EmptyOperator
from mulgil.sdk.operators.python import PythonOperator

__all__ = ["BaseBranchOperator", "BashOperator", "BranchPythonOperator", "EmptyOperator", "PythonOperator"]
