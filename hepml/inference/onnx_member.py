"""A member of a run as an ONNX file in its folder, applied by ONNX Runtime: no TensorFlow, Keras or scikit-learn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepml.contracts import FittedModel
from hepml.errors import RunError
from hepml.estimators.extras import require_extra
from hepml.estimators.inputs import check_inputs
from hepml.inference.member_info import MemberInfo
from hepml.inference.run_info import RUN_FILE, RunInfo
from hepml.inference.worker_threads import onnx_threads
from hepml.networks.fixed_batches import FixedBatches

ONNX = "onnx"
"""Folder of a run with the ONNX files of its members."""
RUN_SHA256, MEMBER = "run_sha256", "member"
"""What a file says about where it belongs: the SHA-256 of ``run.json``, and the name of the member."""


@dataclass(frozen=True)
class OnnxMember(FittedModel):
    """A graph in a session of ONNX Runtime, which may be used by several threads at once."""

    info: RunInfo
    batches: FixedBatches

    def predict(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """Return each output, shape (n, …), in batches of a fixed size.

        Raises
        ------
        RunError
            The inputs are not those it was built for.
        """
        return self.batches.predict(inputs, n=check_inputs(inputs, self.info.arrays))


def onnx_path(folder: Path, member: MemberInfo) -> Path:
    """Return where the ONNX file of a member is, in the folder of its run."""
    return folder / ONNX / f"{member.name}.onnx"


def run_sha256(folder: Path) -> str:
    """Return the SHA-256 of ``run.json``, which is another after each training."""
    return hashlib.sha256((folder / RUN_FILE).read_bytes()).hexdigest()


def require_onnx_files(folder: Path, info: RunInfo) -> None:
    """Refuse to go on where ONNX Runtime or a file is missing; reads none.

    Raises
    ------
    RunError
        A member has no file.
    MissingExtraError
        ONNX Runtime is not installed.
    """
    require_extra("onnxruntime", what="the backend onnx", extra="onnx")
    for member in info.members:
        path = onnx_path(folder, member)
        if not path.is_file():
            msg = f"{path}: the backend onnx needs this file, which is missing: run `hepml export {folder}` once"
            raise RunError(msg)


def load_onnx_member(folder: Path, info: RunInfo, member: MemberInfo) -> OnnxMember:
    """Load the ONNX file of a member.

    Raises
    ------
    RunError
        The file is missing or damaged, or was made of another training, another member or another model.
    MissingExtraError
        ONNX Runtime is not installed.
    """
    path = onnx_path(folder, member)
    session = _session(folder, path)
    about = session.get_modelmeta().custom_metadata_map
    found, wanted = (about.get(RUN_SHA256), about.get(MEMBER)), (run_sha256(folder), member.name)
    if found != wanted:
        msg = (
            f"{path}: made of {found[1]} of run.json {str(found[0])[:12]}…, and the run has {wanted[1]} of "
            f"{wanted[0][:12]}…, so the run was trained again, or files were mixed: run `hepml export {folder}` again"
        )
        raise RunError(msg)
    _check_shapes(folder, path, session, info)
    return OnnxMember(info, _in_batches(session, info))


def _session(folder: Path, path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = onnx_threads()
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads would burn their cores
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as problem:  # noqa: BLE001  (ONNX Runtime raises many types for a damaged file)
        reason = " ".join(str(problem).split())[:200]
        msg = f"{path}: the graph cannot be loaded ({reason}): run `hepml export {folder}` again"
    raise RunError(msg)


def _check_shapes(folder: Path, path: Path, session: Any, info: RunInfo) -> None:
    found = [
        {value.name: tuple(value.shape[1:]) for value in values}
        for values in (session.get_inputs(), session.get_outputs())
    ]
    wanted = [{name: spec.shape for name, spec in info.arrays.items()}, {o.name: o.shape for o in info.task.outputs}]
    if found != wanted:
        msg = (
            f"{path}: the graph maps {found[0]} to {found[1]} and the run says {wanted[0]} to {wanted[1]}: "
            f"run `hepml export {folder}` again"
        )
        raise RunError(msg)


def _in_batches(session: Any, info: RunInfo) -> FixedBatches:
    names = [output.name for output in info.task.outputs]
    return FixedBatches(
        call=lambda arrays: dict(zip(names, session.run(names, arrays), strict=True)),
        inputs={name: (spec.shape, spec.dtype) for name, spec in info.arrays.items()},
        outputs={output.name: output.shape for output in info.task.outputs},
    )
