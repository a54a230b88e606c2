# Build the image with: docker build -t teleport-mattermost .
ARG SWIFT=6.3.1
FROM swift:${SWIFT}-bookworm AS build
WORKDIR /build
COPY . .
RUN make build && make install DESTDIR=/out

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libssl3 libstdc++6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/ /
# The chart of the original plugin starts the plugin by this name.
RUN ln -s teleport-mattermost /usr/local/bin/teleport-plugin
# The folder of the control socket, for `docker exec … teleport-mattermost status`.
RUN install -d -m 0700 /var/lib/teleport-mattermost
# The plugin runs as root by default, as in the original's image, whose users mount files that only root may read. The manifest
# in config/kubernetes runs it as nobody.
EXPOSE 8081
# Another configuration than /etc/teleport-mattermost.toml has to be named here too: docker run --health-cmd '… health --config …'.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/local/bin/teleport-mattermost", "health"]
ENTRYPOINT ["/usr/local/bin/teleport-mattermost"]
CMD ["start"]
