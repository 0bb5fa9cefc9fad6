"""Speech models with one more output: they know when each phoneme sounds but do not return it."""

from typing import Any


def session(model: bytes, tensor: str, threads: int) -> Any:
    """An onnxruntime session for the serialised `model` on so many threads, the inner `tensor` as its last output."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(tapped(model, tensor), options, providers=["CPUExecutionProvider"])


def tapped(model: bytes, tensor: str) -> bytes:
    """The serialised `model` with the inner tensor called `tensor` as one more output, after its own.

    A protobuf message followed by more fields of the same type is the merge of both, so the output is simply appended.
    """
    graph_output, model_graph, name = 12, 7, 1
    return model + _field(model_graph, _field(graph_output, _field(name, tensor.encode())))


def _field(number: int, body: bytes) -> bytes:
    head, length = bytearray([number << 3 | 2]), len(body)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + body
