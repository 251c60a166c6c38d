"""Decides from metric snapshots whether a staged rollout may advance, must hold or must roll back.

The same policies as the command line judges, with the same verdicts: from the files of a repository, from dicts, and from
tables of pandas, polars or Arrow.

>>> import tollgate_policy
>>> policies = tollgate_policy.Policies({"house.gate": '''
... snapshot { adoption: share }
... policy house "Ours" {
...   rule used "Half of the users use it" { require adoption >= 50% else hold }
... }'''})
>>> report = policies.judge([{"workflow": "replies", "date": "2026-11-16", "adoption": 0.4}], as_of="2026-11-18")
>>> report["replies"].decision
'hold'
"""

from __future__ import annotations

from .native import TollgateError
from .policies import Policies, check
from .report import Answer, Report, Rule, Workflow

__all__ = ["Answer", "Policies", "Report", "Rule", "TollgateError", "Workflow", "check"]
