#!/bin/sh
# Makes the passwords that compose.yaml asks for, under secrets/ (or the folder given). Run once; overwrites nothing.
set -eu
umask 077
folder=${1:-secrets}
if [ -e "$folder" ]; then
    echo "$folder is there already: nothing was changed." >&2
    exit 1
fi
mkdir -p "$folder/worker"
fresh() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }

fresh > "$folder/postgres_password"
fresh > "$folder/temporal_db_password"
fresh > "$folder/relance_db_password"
# temporal-sql-tool reads SQL_PASSWORD, the server POSTGRES_PWD.
temporal=$(cat "$folder/temporal_db_password")
printf 'POSTGRES_PWD=%s\nSQL_PASSWORD=%s\n' "$temporal" "$temporal" > "$folder/temporal.env"
printf 'postgresql://relance:%s@postgres:5432/relance\n' "$(cat "$folder/relance_db_password")" \
    > "$folder/worker/relance_database_url"
# Containers run as users of their own and must read these; the folder above lets nobody else of this machine in.
chmod 755 "$folder/worker"
chmod 444 "$folder/postgres_password" "$folder/temporal_db_password" "$folder/relance_db_password" "$folder"/worker/*
echo "Made $folder. Keep a copy where the backups are not."
