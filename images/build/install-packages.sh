#!/bin/sh
# Installs Debian packages during an image build and leaves nothing else behind.
#
#   install-packages.sh PACKAGE...
#
# APT_MIRROR: base URL of a Debian mirror; empty means the base image's own sources.
# CA_BUNDLE: a PEM file of certificate authorities to trust; empty or missing means the image's own.
set -eu
export DEBIAN_FRONTEND=noninteractive
options="-o Acquire::Retries=3"
if [ -s "${CA_BUNDLE:-}" ]; then
  options="$options -o Acquire::https::CaInfo=$CA_BUNDLE"
fi
if [ -n "${APT_MIRROR:-}" ]; then
  . /etc/os-release
  echo "deb $APT_MIRROR $VERSION_CODENAME main" >/tmp/mirror.list
  options="$options -o Dir::Etc::sourcelist=/tmp/mirror.list -o Dir::Etc::sourceparts=-"
fi
# The official slim image empties the package cache after each install; here the cache is a mount of the build.
mv /etc/apt/apt.conf.d/docker-clean /tmp/ 2>/dev/null || true
# shellcheck disable=SC2086 # the options are words
apt-get $options -q update
# shellcheck disable=SC2086
apt-get $options -q install -y --no-install-recommends "$@"
mv /tmp/docker-clean /etc/apt/apt.conf.d/ 2>/dev/null || true
rm -rf /var/lib/apt/lists/* /tmp/mirror.list /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old
