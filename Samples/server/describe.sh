#!/bin/sh
# Describes a picture with curl: describe.sh PICTURE [LEFT,TOP,WIDTH,HEIGHT]
# Without a box the region is the picture's alpha channel, else the server finds one.
# DAMVIDEO_URL and DAMVIDEO_API_KEY say where the server is, and its key.
set -eu
server=${DAMVIDEO_URL:-http://127.0.0.1:8080}
region=${2:+,\"region\":{\"box\":[$2]\}}
{
    printf '{"temperature":0,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,'
    base64 <"$1" | tr -d '\n'
    printf '"}}]}]%s}' "$region"
} | curl --silent --show-error --fail-with-body "$server/v1/chat/completions" \
    --header "Authorization: Bearer ${DAMVIDEO_API_KEY:-none}" --header 'Content-Type: application/json' --data-binary @-
echo
