# One static binary in an empty image, run by nobody. Data belongs in a volume at /data.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /orrery ./cmd/orrery && mkdir /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /orrery /orrery
COPY --from=build --chown=65532:65532 /data /data
COPY --from=build --chown=65532:65532 --chmod=1777 /tmp /tmp
USER 65532:65532
ENV ORRERY_DATA_DIR=/data ORRERY_LISTEN=0.0.0.0:8480
VOLUME /data
EXPOSE 8480
ENTRYPOINT ["/orrery"]
CMD ["serve"]
