package telegramtest

import (
	"net/http"
	"path"
	"strings"
)

// mimeByExtension does not depend on the tables of the machine, as mime.TypeByExtension does.
var mimeByExtension = map[string]string{
	".pdf": "application/pdf", ".zip": "application/zip", ".json": "application/json", ".xml": "application/xml",
	".txt": "text/plain", ".csv": "text/csv", ".html": "text/html", ".htm": "text/html", ".md": "text/markdown",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
	".svg": "image/svg+xml", ".mp4": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".wav": "audio/x-wav",
	".tgs": "application/x-tgsticker", ".vcf": "text/vcard", ".ics": "text/calendar",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xls":  "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// mimeType is the type of a file by its name, or else by its first bytes.
func mimeType(name string, data []byte) string {
	if kind := mimeByExtension[strings.ToLower(path.Ext(name))]; kind != "" {
		return kind
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	return kind
}
