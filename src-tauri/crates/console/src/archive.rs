//! The inside of a backup: a tar archive of a manifest and the parts it names.
//!
//! ```text
//! manifest.json    format, versions, workspace, and length and SHA-256 of each part
//! key.json         the catalog's key record, its key behind the backup's passphrase
//! data.sqlite      \  as the catalog copied them
//! catalog.sqlite   /
//! ```
//!
//! Whoever reads one trusts nothing in it: the names of the parts are these and no others, none
//! is longer than the manifest says, and each is what its hash says.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tsunagi_catalog::{Catalog, FILES};

/// Tells a backup from any other archive behind a passphrase.
const FORMAT: &str = "tsunagi-backup";
/// The version this program writes, and the latest it reads.
const VERSION: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Name of the part that holds the key record.
pub(crate) const KEY: &str = "key.json";
/// The longest manifest, in bytes.
const MANIFEST_MAX: u64 = 64 * 1024;

/// What a backup says about itself.
#[derive(Serialize, Deserialize, Debug)]
pub(crate) struct Manifest {
    format: String,
    version: u32,
    /// Name of the workspace.
    pub(crate) workspace: String,
    /// When the backup was made, in milliseconds since 1970 (UTC).
    pub(crate) made_at: i64,
    /// Version of the program that made it.
    pub(crate) program: String,
    /// Versions of the files.
    catalog_version: u32,
    data_version: u32,
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize, Debug)]
struct Part {
    name: String,
    bytes: u64,
    /// SHA-256, hexadecimal.
    sha256: String,
}

/// Why an archive could not be read.
#[derive(Debug)]
pub(crate) enum Bad {
    /// It is something else.
    Other,
    /// A later program made it.
    Newer(String),
    /// It is cut off, changed, or contradicts itself.
    Damaged,
    /// What was read could not be written here.
    Unwritable(io::Error),
}

/// The parts, in the order in which they are written.
fn names() -> [&'static str; 3] {
    [KEY, FILES[0], FILES[1]]
}

fn hexadecimal(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A writer that remembers how much went through it, and the hash of it.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    fn part(self, name: &str) -> Part {
        Part {
            name: name.to_owned(),
            bytes: self.bytes,
            sha256: hexadecimal(&self.hash.finalize()),
        }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn head(bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header
}

/// Writes the parts that lie in `folder` as an archive to `target`.
pub(crate) fn write(
    target: impl Write,
    folder: &Path,
    workspace: &str,
    made_at: i64,
) -> io::Result<()> {
    let mut parts = Vec::new();
    for name in names() {
        let mut hashing = Hashing::new(io::sink());
        io::copy(&mut File::open(folder.join(name))?, &mut hashing)?;
        parts.push(hashing.part(name));
    }
    let (catalog_version, data_version) = Catalog::versions();
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        workspace: workspace.to_owned(),
        made_at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        catalog_version,
        data_version,
        parts,
    };
    let mut archive = tar::Builder::new(target);
    let text = serde_json::to_vec_pretty(&manifest)?;
    archive.append_data(&mut head(text.len() as u64), MANIFEST, text.as_slice())?;
    for part in &manifest.parts {
        // Never more or less than was hashed: the files lie in a folder of our own.
        let source = File::open(folder.join(&part.name))?.take(part.bytes);
        archive.append_data(&mut head(part.bytes), &part.name, source)?;
    }
    archive.finish()
}

/// Reads an archive to its very end and writes its parts into `folder`, which is empty.
pub(crate) fn read(source: impl Read, folder: &Path) -> Result<Manifest, Bad> {
    let mut archive = tar::Archive::new(source);
    let manifest = {
        let mut entries = archive.entries().map_err(|_| Bad::Damaged)?;
        let first = entries.next().ok_or(Bad::Other)?.map_err(|error| {
            // What is no archive at all reads as one with a bad head; what cannot be opened is
            // damaged, and the stream says so.
            if is_of_the_stream(&error) {
                Bad::Damaged
            } else {
                Bad::Other
            }
        })?;
        let manifest = manifest(first)?;
        let mut expected = manifest.parts.iter();
        for entry in entries {
            let entry = entry.map_err(|_| Bad::Damaged)?;
            let part = expected.next().ok_or(Bad::Damaged)?;
            unpack(entry, part, folder)?;
        }
        if expected.next().is_some() {
            return Err(Bad::Damaged);
        }
        manifest
    };
    // The archive ends before the stream does, and only the stream's end proves it whole.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|_| Bad::Damaged)?;
    Ok(manifest)
}

fn is_of_the_stream(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

fn manifest(entry: tar::Entry<'_, impl Read>) -> Result<Manifest, Bad> {
    if entry.path_bytes().as_ref() != MANIFEST.as_bytes() {
        return Err(Bad::Other);
    }
    let mut text = Vec::new();
    entry
        .take(MANIFEST_MAX)
        .read_to_end(&mut text)
        .map_err(|_| Bad::Damaged)?;
    // Of a later version only what says so has to be readable.
    let said: serde_json::Value = serde_json::from_slice(&text).map_err(|_| Bad::Other)?;
    if said["format"] != FORMAT {
        return Err(Bad::Other);
    }
    let program = || said["program"].as_str().unwrap_or_default().to_owned();
    let (catalog, data) = Catalog::versions();
    let later = |name: &str, known: u32| said[name].as_u64().is_some_and(|it| it > known.into());
    if later("version", VERSION) || later("catalog_version", catalog) || later("data_version", data)
    {
        return Err(Bad::Newer(program()));
    }
    let manifest: Manifest = serde_json::from_value(said).map_err(|_| Bad::Damaged)?;
    let named: Vec<&str> = manifest.parts.iter().map(|part| &*part.name).collect();
    if named == names() {
        Ok(manifest)
    } else {
        Err(Bad::Damaged)
    }
}

fn unpack(mut entry: tar::Entry<'_, impl Read>, part: &Part, folder: &Path) -> Result<(), Bad> {
    let is_it = entry.path_bytes().as_ref() == part.name.as_bytes()
        && entry.header().entry_type().is_file()
        && entry.size() == part.bytes;
    if !is_it {
        return Err(Bad::Damaged);
    }
    let file = File::create_new(folder.join(&part.name)).map_err(Bad::Unwritable)?;
    let mut file = Hashing::new(file);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = entry.read(&mut buffer).map_err(|_| Bad::Damaged)?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read]).map_err(Bad::Unwritable)?;
    }
    file.inner.sync_all().map_err(Bad::Unwritable)?;
    let found = file.part(&part.name);
    if found.bytes == part.bytes && found.sha256 == part.sha256 {
        Ok(())
    } else {
        Err(Bad::Damaged)
    }
}
