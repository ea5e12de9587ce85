"""Traces (OpenTelemetry): request, command, transaction. Off unless an address for them is set.

A span holds what the source names: a route's template, a step, a code. Neither arguments nor messages of exceptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final, Protocol


class TracingUnusable(Exception):
    """Traces are asked for and cannot be sent; the message says what is missing."""


class TraceSpan(Protocol):
    def set(self, name: str, value: str | int) -> None: ...


class Spans(Protocol):
    def span(self, name: str) -> AbstractContextManager[TraceSpan]: ...
    def trace_id(self) -> str:
        """Of the span that is open in this thread, 32 hexadecimal digits, or ""."""

    def close(self) -> None:
        """Send what is left."""


class _NoSpan:
    def set(self, name: str, value: str | int) -> None:
        return None


class NoSpans:
    """Traces are off."""

    def span(self, name: str) -> AbstractContextManager[TraceSpan]:
        return nullcontext(NO_SPAN)

    def trace_id(self) -> str:
        return ""

    def close(self) -> None:
        return None


NO_SPAN: Final = _NoSpan()


class OpenTelemetrySpans:
    """Sends spans through a processor of OpenTelemetry's SDK."""

    def __init__(self, processor: Any, process: str) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._provider = TracerProvider(resource=Resource({"service.name": process}), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("ncre")

    @contextmanager
    def span(self, name: str) -> Iterator[TraceSpan]:
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as opened:
            span = _Opened(opened)
            try:
                yield span
            except Exception as error:
                span.set("error.type", type(error).__name__)
                raise

    def trace_id(self) -> str:
        from opentelemetry.trace import format_trace_id, get_current_span

        context = get_current_span().get_span_context()
        return format_trace_id(context.trace_id) if context.is_valid else ""

    def close(self) -> None:
        self._provider.shutdown()


class _Opened:
    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)


def spans_to(url: str, process: str) -> Spans:
    """To an OTLP/HTTP receiver, as `http://127.0.0.1:4318`; none where it is "". Raises TracingUnusable."""
    if not url:
        return NoSpans()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TracingUnusable(
            "NCRE_TRACES_URL: 需要安装 ncre[traces] / traces need the extra ncre[traces]"
        ) from None
    exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")
    return OpenTelemetrySpans(BatchSpanProcessor(exporter), process)
