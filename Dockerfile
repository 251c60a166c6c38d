# docker build -t tollgate . && docker run --rm -v "$PWD:/repository:ro" tollgate check
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo install --locked --profile dist --path . --root /out --features all-sources

FROM debian:bookworm-slim
# `check --base` reads the base by git, in a repository that belongs to whoever mounted it. `collect --network` trusts the
# system's certificates.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory '*' \
    && useradd --create-home tollgate
COPY --from=build /out/bin/tollgate /usr/local/bin/tollgate
USER tollgate
WORKDIR /repository
ENTRYPOINT ["tollgate"]
CMD ["check"]
