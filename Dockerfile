# The worker and every `relance` command in one image: docker build -t relance:0.1.0 .
# What may be written at run time: /var/lib/relance (outbox) and /tmp. All else may be mounted read-only.
# A mirror or a digest of the same image: --build-arg PYTHON_IMAGE=...
ARG PYTHON_IMAGE=python:3.11.15-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_NO_INPUT=1
WORKDIR /build
COPY requirements.lock deploy/worker.lock ./
# Wheels only, each with its hash: nothing is compiled, so no compiler is needed in any stage.
RUN python -m venv /opt/relance \
    && /opt/relance/bin/python -m pip install --require-hashes --no-deps --only-binary :all: -r worker.lock
# The one tool that packs our own code, taken with its hash from the lock of development.
RUN python -m venv /opt/pack \
    && sed -n '/^setuptools==/,/[^\\]$/p' requirements.lock > pack.lock \
    && /opt/pack/bin/python -m pip install --require-hashes --no-deps --only-binary :all: -r pack.lock
COPY pyproject.toml README.md worker.py ./
COPY dunning dunning
COPY workflows workflows
COPY activities activities
COPY ledger ledger
COPY console console
# pip leaves with its own files last: whoever gets in finds no installer.
RUN /opt/pack/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /build/dist . \
    && /opt/relance/bin/python -m pip install --no-deps --no-index /build/dist/relance-*.whl \
    && /opt/relance/bin/python -m pip uninstall --yes setuptools pip

FROM ${PYTHON_IMAGE} AS run
LABEL org.opencontainers.image.title="relance" \
      org.opencontainers.image.description="Chases unpaid invoices: worker and commands" \
      org.opencontainers.image.version="0.1.0"
RUN groupadd --gid 10001 relance \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/relance --shell /usr/sbin/nologin relance \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/relance
COPY --from=build /opt/relance /opt/relance
# An invented creditor and its policies, to look at: mount your own folder here.
COPY policies /etc/relance/policies
# PYTHONTZPATH empty: time zones come from the locked tzdata, so that a new base image moves no deadline.
ENV PATH=/opt/relance/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONTZPATH="" \
    RELANCE_VAR_DIR=/var/lib/relance \
    RELANCE_POLICIES_DIR=/etc/relance/policies \
    RELANCE_HEALTH_ADDRESS=0.0.0.0:8070 \
    RELANCE_METRICS_ADDRESS=0.0.0.0:9464 \
    RELANCE_LOG_FORMAT=json
WORKDIR /var/lib/relance
USER 10001:10001
VOLUME ["/var/lib/relance"]
EXPOSE 8070 9464
STOPSIGNAL SIGTERM
# Alive, not ready: a platform that restarts what is unhealthy must not do so because Temporal is away.
HEALTHCHECK --interval=15s --timeout=6s --start-period=90s --retries=4 CMD ["/opt/relance/bin/python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8070, timeout=5); c.request('GET', '/livez'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["/opt/relance/bin/relance"]
CMD ["worker"]
