import GRDB

/// Tables of the library's database, and migrations from earlier versions.
enum LibrarySchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: version1) }
        return migrator
    }

    /// Clips; their tracks; captions of tracks (part 0) and of their parts (from 1), with a full-text index; and edits not yet
    /// applied to the documents' files. Times are in seconds, dates in seconds since 1970.
    private static let version1 = """
        CREATE TABLE clips (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            path TEXT,
            state TEXT NOT NULL,
            created REAL NOT NULL,
            camera TEXT,
            recorded REAL,
            width INTEGER, height INTEGER, fps REAL, frames INTEGER, duration REAL,
            tracks INTEGER,
            tracks_done INTEGER NOT NULL,
            error TEXT,
            options TEXT NOT NULL,
            masks TEXT,
            attempts INTEGER NOT NULL,
            next_track INTEGER NOT NULL,
            revision INTEGER NOT NULL
        );
        CREATE INDEX clips_by_state ON clips (state, created);
        CREATE INDEX clips_by_date ON clips (created);
        CREATE INDEX clips_by_camera ON clips (camera);
        CREATE TABLE tracks (
            id INTEGER PRIMARY KEY,
            clip TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            track TEXT NOT NULL,
            label TEXT,
            name TEXT,
            UNIQUE (clip, track)
        );
        CREATE INDEX tracks_by_label ON tracks (label COLLATE NOCASE);
        CREATE TABLE captions (
            id INTEGER PRIMARY KEY,
            track INTEGER NOT NULL REFERENCES tracks (id) ON DELETE CASCADE,
            part INTEGER NOT NULL,
            start REAL NOT NULL,
            stop REAL NOT NULL,
            frame INTEGER NOT NULL,
            text TEXT NOT NULL
        );
        CREATE INDEX captions_by_track ON captions (track);
        CREATE VIRTUAL TABLE words USING fts5 (text, label, name, tokenize = 'porter unicode61 remove_diacritics 2');
        CREATE TRIGGER captions_deleted AFTER DELETE ON captions BEGIN
            DELETE FROM words WHERE rowid = old.id;
        END;
        CREATE TABLE amendments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            clip TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            track TEXT NOT NULL,
            entry TEXT
        );
        CREATE INDEX amendments_by_clip ON amendments (clip);
        """
}
