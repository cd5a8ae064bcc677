// Package disturbance finds noise models: those of the library, which are files
// in the folder models, and files of the user. A model may take its spans from
// the traces in the folder traces, which were measured elsewhere; each file
// there names its source.
//
// It owns the names of models and the reading of their files. What they mean is
// package noise's, and what they do package world's.
//
// Read library.go first.
package disturbance
