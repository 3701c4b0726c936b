# The image of the service. compose.yaml builds it and runs it with MySQL.
FROM python:3.13.9-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 LITESTAR_APP=api.app:create_app
WORKDIR /app

COPY pyproject.toml constraints.txt README.md LICENSE piccolo_conf.py ./
COPY api api
COPY central central
COPY extensions extensions
COPY piccolo_engines piccolo_engines
COPY tenant_schema tenant_schema
RUN PIP_CONSTRAINT=/app/constraints.txt pip install --editable . \
    && useradd --system --home-dir /data freehold && install -d -o freehold -g freehold -m 0700 /data

USER freehold
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "freehold setup --no-env-file && exec freehold serve"]
