use rusqlite::ffi;

use super::*;

fn met(code: i32) -> CatalogError {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
}

#[test]
fn what_the_person_can_do_something_about_is_told_apart() {
    assert_eq!(met(ffi::SQLITE_FULL), CatalogError::DiskFull, "make room");
    for code in [
        ffi::SQLITE_BUSY,
        ffi::SQLITE_BUSY_SNAPSHOT,
        ffi::SQLITE_LOCKED,
    ] {
        assert_eq!(met(code), CatalogError::Busy, "close the other program");
    }
    for code in [
        ffi::SQLITE_CORRUPT,
        ffi::SQLITE_CORRUPT_INDEX,
        ffi::SQLITE_NOTADB,
    ] {
        assert!(
            matches!(met(code), CatalogError::Damaged { .. }),
            "restore the backup"
        );
    }
    let disk = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_CANTOPEN,
    ];
    for code in disk
        .into_iter()
        .chain([ffi::SQLITE_READONLY, ffi::SQLITE_PERM])
    {
        assert!(matches!(met(code), CatalogError::Io(_)), "look at the disk");
    }
    let foreign = met(ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
    assert!(
        matches!(foreign, CatalogError::Missing(_)),
        "look again: {foreign}"
    );
    let unique = met(ffi::SQLITE_CONSTRAINT_UNIQUE);
    assert!(
        matches!(unique, CatalogError::Internal(_)),
        "our own fault: {unique}"
    );
}

#[test]
fn a_full_disk_is_one_whoever_notices() {
    let noticed = std::io::Error::from(std::io::ErrorKind::StorageFull);
    assert_eq!(
        CatalogError::from(noticed),
        CatalogError::DiskFull,
        "copying a backup meets it too"
    );
}
