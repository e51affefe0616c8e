# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS spa
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --no-audit --no-fund
COPY frontend ./
# The product shows some of the operator pages as its guide.
COPY docs ../docs
RUN npm run build

FROM rust:1.95-bookworm AS server
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY bench bench
COPY crates crates
COPY migrations migrations
COPY docker/bootstrap.sql docker/bootstrap.sql
COPY --from=spa /src/frontend/dist frontend/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --locked --release --package policytab-api --bin policytab \
    && install -D target/release/policytab /out/policytab

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/policytab --create-home policytab \
    && install -d --owner policytab --mode 0700 /var/lib/policytab/keys
COPY --from=server /out/policytab /usr/local/bin/policytab
# By number, so that an orchestrator can see that it is not root. Only the folder of keys is written to: the root file
# system may be read-only, and no capability is needed.
USER 10001
WORKDIR /var/lib/policytab
ENV POLICYTAB_LISTEN=0.0.0.0:8080 \
    POLICYTAB_LOG_FORMAT=json \
    POLICYTAB_KEY_FILE=/var/lib/policytab/keys/vault.keys \
    POLICYTAB_SIGNING_KEY_FILE=/var/lib/policytab/keys/signing.pem
VOLUME /var/lib/policytab/keys
EXPOSE 8080
# Asks for readiness with what the image has: bash can open a connection by itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.[01] 200' <&3"]
ENTRYPOINT ["policytab"]
CMD ["serve"]
