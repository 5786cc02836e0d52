#!/usr/bin/env bash
# Gradescope runs this once, as it builds the image: what Tidelock needs, and Tidelock.
set -e
apt-get update
apt-get install -y --no-install-recommends gcc make git ca-certificates libc6-dev liblua5.3-dev libsodium-dev
git clone --depth 1 "${TIDELOCK_REPOSITORY:?the address of the repository}" /opt/tidelock
make -C /opt/tidelock install
