# The demo service: docker build -t logging-system . && docker run --rm -p 127.0.0.1:8000:8000 logging-system
# docs/compose.md says what is in the image and how it is built without a registry or an index of packages.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
# Python and what it needs, no shell, no package manager; uid 65532.
ARG RUNTIME_IMAGE=gcr.io/distroless/python3-debian12:nonroot

FROM ${PYTHON_IMAGE} AS build
# By this title `make down` finds what builds have left behind.
LABEL org.opencontainers.image.title="demo-service"
WORKDIR /build
COPY docker/install.py ./
COPY docker/wheels wheels
COPY requirements requirements
RUN ["python3", "install.py", "dependencies", "/app"]
COPY packages packages
RUN ["python3", "install.py", "packages", "/app"]

FROM ${RUNTIME_IMAGE}
USER 0
# Distroless has no byte code of the standard library and a read-only container could not keep it: starts in half the time.
RUN ["/usr/bin/python3", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "/usr/lib/python3.11"]
USER 65532:65532
COPY --from=build --chown=65532:65532 /build/empty /data
COPY --from=build --chown=65532:65532 /build/empty /logs
COPY --from=build /app /app

ARG SERVICE_VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="demo-service" \
      org.opencontainers.image.description="Demo HTTP service of Advanced Logging System" \
      org.opencontainers.image.source="https://github.com/example/advanced-logging-system" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${SERVICE_VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

ENV PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    METRICS_PORT=8080 \
    LOG_DIR=/logs \
    DATABASE=/data/orders.sqlite3 \
    SERVICE_NAME=demo-service \
    SERVICE_VERSION=${SERVICE_VERSION}
WORKDIR /data
VOLUME ["/data", "/logs"]
EXPOSE 8000 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/usr/bin/python3", "-m", "demo_service.healthcheck"]
ENTRYPOINT ["/usr/bin/python3", "-m", "demo_service"]
