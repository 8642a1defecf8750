# Tables of sites by species of ade4 in long form, one row a site and species, for `EcoGlmm.Benchmarks check --data=FOLDER`:
#   Rscript benchmarks/R/species_tables.R FOLDER        (Debian: r-cran-ade4)

suppressPackageStartupMessages(library(ade4))
folder <- commandArgs(TRUE)[1]
dir.create(folder, showWarnings = FALSE, recursive = TRUE)

long <- function(name, counts, places) {
  rows <- expand.grid(place = seq_len(nrow(counts)), species = names(counts))
  table <- data.frame(n = unlist(counts, use.names = FALSE), place = paste0("p", rows$place), species = rows$species,
                      places[rows$place, , drop = FALSE])
  write.csv(table, file.path(folder, paste0(name, ".csv")), row.names = FALSE)
}

data(trichometeo)  # caddisflies of 49 nights
long("caddisflies", trichometeo$fau,
     with(trichometeo$meteo, data.frame(temperature = T.soir, wind = Vent, humidity = Humidite, night = seq_along(T.soir))))
data(baran95)      # fish of an estuary
long("fish", baran95$fau, baran95$plan)
data(mollusc)      # snails of hard bottoms
long("snails", mollusc$fau, mollusc$plan)
data(mafragh)      # plants of a plain
long("plants", mafragh$flo, data.frame(clay = mafragh$env$Clay, elevation = mafragh$env$Elevation, x = mafragh$xy$x, y = mafragh$xy$y))
data(vegtf)        # plants of a prairie
long("prairie", vegtf$veg, vegtf$xy)
