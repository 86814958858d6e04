#!/bin/bash
# Fetches the jars of a lock file with the Ivy that Spark carries, then checks each one's SHA-256.
#
#   fetch-jars.sh SPARK_HOME LOCK_FILE TARGET_FOLDER
#
# MAVEN_MIRROR: base URL of a Maven repository; empty means Ivy's own default.
# CA_BUNDLE: a PEM file of certificate authorities to trust; empty or missing means Java's own.
# https_proxy: honoured when it is http://HOST:PORT.
set -euo pipefail
spark_home=$1 lock=$2 target=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

jvm=()
if [[ -s ${CA_BUNDLE:-} ]]; then
  openssl pkcs12 -export -nokeys -in "$CA_BUNDLE" -jdktrust anyExtendedKeyUsage -passout pass:changeit -out "$work/trust.p12"
  jvm+=("-Djavax.net.ssl.trustStore=$work/trust.p12" -Djavax.net.ssl.trustStorePassword=changeit)
fi
proxy=${https_proxy:-${HTTPS_PROXY:-}}
if [[ $proxy =~ ^http://([^:/@]+):([0-9]+)/?$ ]]; then
  jvm+=("-Dhttps.proxyHost=${BASH_REMATCH[1]}" "-Dhttps.proxyPort=${BASH_REMATCH[2]}")
fi

settings=()
if [[ -n ${MAVEN_MIRROR:-} ]]; then
  cat >"$work/settings.xml" <<XML
<ivysettings>
  <settings defaultResolver="mirror"/>
  <resolvers><ibiblio name="mirror" m2compatible="true" root="${MAVEN_MIRROR%/}/"/></resolvers>
</ivysettings>
XML
  settings=(-settings "$work/settings.xml")
fi

# master is the jar itself: what a jar depends on either comes with Spark or has a line of its own in the lock.
{
  echo '<ivy-module version="2.0"><info organisation="hamilton" module="jars"/>'
  echo '<configurations><conf name="default"/></configurations><dependencies>'
  grep -v '^#' "$lock" | while read -r _ coordinates; do
    IFS=: read -r group artifact version <<<"$coordinates"
    echo "<dependency org=\"$group\" name=\"$artifact\" rev=\"$version\" conf=\"default->master\"/>"
  done
  echo '</dependencies></ivy-module>'
} >"$work/ivy.xml"

mkdir -p "$target"
java "${jvm[@]}" -cp "$spark_home/jars/*" org.apache.ivy.Main "${settings[@]}" -warn -cache /var/cache/ivy \
  -ivy "$work/ivy.xml" -confs default -retrieve "$target/[artifact]-[revision].[ext]"

grep -v '^#' "$lock" | while read -r sum coordinates; do
  IFS=: read -r _ artifact version <<<"$coordinates"
  echo "$sum  $artifact-$version.jar"
done >"$work/sums"
(cd "$target" && sha256sum --check --strict "$work/sums")
