# Writes the data sets of the R packages as CSV files, next to this script.
#   Rscript datasets/export.R [item ...]
# Factors are written as their level text, numbers with 15 significant digits, missing values as NA.

argument <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
folder <- dirname(normalizePath(argument))

tables <- list(
  lme4 = c("sleepstudy", "cbpp", "grouseticks", "Penicillin", "Dyestuff", "Dyestuff2", "Pastes", "cake",
           "Arabidopsis", "VerbAgg", "InstEval"),
  glmmTMB = c("Owls", "Salamanders"),
  MASS = c("epil", "bacteria", "snails", "quine", "nlschools", "oats", "Sitka", "ships", "Insurance"),
  mlmRev = c("Contraception", "Chem97", "Mmmec", "guImmun", "Exam"),
  nlme = c("Orthodont", "Machines", "ergoStool", "RatPupWeight", "Ovary", "BodyWeight", "Gun", "Glucose", "Oxide"),
  palmerpenguins = "penguins",
  flexmix = c("betablocker", "tribolium", "fabricfault"),
  vcdExtra = "Cormorants",
  AER = "Affairs",
  pbkrtest = "beets",
  datasets = c("ChickWeight", "airquality", "InsectSprays", "warpbreaks"),
  ordinal = "wine",
  survival = "pbcseq")
names.in.files <- c(epil = "epilepsy")
compressed <- c("VerbAgg", "InstEval", "Chem97", "guImmun", "Exam")

only <- commandArgs(TRUE)   # names of items; none for all

write.table.of <- function(package, item) {
  home <- new.env()
  suppressWarnings(data(list = item, package = package, envir = home))
  # Some packages keep several data sets in one file of another name.
  if (is.null(home[[item]])) home[[item]] <- getExportedValue(package, item)
  table <- as.data.frame(home[[item]])
  for (name in names(table)) if (is.factor(table[[name]])) table[[name]] <- as.character(table[[name]])
  needs.quotes <- which(vapply(table, function(x) is.character(x) && any(grepl("[\",\n]", x)), logical(1)))
  stem <- tolower(if (item %in% names(names.in.files)) names.in.files[[item]] else item)
  path <- file.path(folder, paste0(stem, ".csv"))
  connection <- if (item %in% compressed) gzfile(paste0(path, ".gz"), "wb", compression = 9) else file(path, "wb")
  on.exit(close(connection))
  quote <- if (length(needs.quotes)) needs.quotes else FALSE
  write.table(table, connection, sep = ",", quote = quote, row.names = FALSE, eol = "\n")
  cat(sprintf("%-14s %6d rows %2d columns from %s::%s\n", stem, nrow(table), ncol(table), package, item))
}

for (package in names(tables)) for (item in tables[[package]]) if (!length(only) || item %in% only) write.table.of(package, item)

# What the packages keep as lists: places of samples, counts of species, trees.
write.made <- function(stem, table, source) {
  if (length(only) && !stem %in% only) return(invisible())
  table <- as.data.frame(table)
  for (name in names(table)) if (is.factor(table[[name]])) table[[name]] <- as.character(table[[name]])
  write.table(table, file.path(folder, paste0(stem, ".csv")), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
  cat(sprintf("%-14s %6d rows %2d columns from %s\n", stem, nrow(table), ncol(table), source))
}
write.tree.text <- function(stem, text) {
  if (length(only) && !stem %in% only) return(invisible())
  writeLines(text, file.path(folder, paste0(stem, ".tre")))
}
from <- function(package, item) { home <- new.env(); data(list = item, package = package, envir = home); home[[item]] }

mites <- from("ade4", "oribatid")
common <- names(sort(colSums(mites$fau), decreasing = TRUE))[1:12]
write.made("oribatid", data.frame(core = seq_len(nrow(mites$fau)), mites$xy, mites$envir, mites$fau[common]), "ade4::oribatid")
fish <- from("ade4", "doubs")
write.made("doubs", data.frame(site = rep(seq_len(nrow(fish$fish)), ncol(fish$fish)), x = fish$xy$x, y = fish$xy$y, elevation = fish$env$alt,
  species = rep(names(fish$fish), each = nrow(fish$fish)), abundance = unlist(fish$fish)), "ade4::doubs")
carnivores <- from("ade4", "carni70")
write.made("carni70", data.frame(species = gsub("_", ".", rownames(carnivores$tab)), carnivores$tab), "ade4::carni70")
write.tree.text("carni70", carnivores$tre)
mammals <- from("phytools", "mammal.data")
write.made("mammals", data.frame(species = rownames(mammals), mammals), "phytools::mammal.data")
write.tree.text("mammals", ape::write.tree(from("phytools", "mammal.tree"), digits = 15))
write.made("meuse", from("sp", "meuse")[c("x", "y", "zinc", "lead", "elev", "dist", "om", "ffreq", "soil", "landuse")], "sp::meuse")
write.made("wheat2", transform(from("nlme", "Wheat2"), Block = as.character(Block)), "nlme::Wheat2")
catheters <- from("metadat", "dat.nielweise2007")
write.made("catheters", data.frame(trial = paste(catheters$author, catheters$year), treated = rep(c(1, 0), each = nrow(catheters)), infected = c(catheters$ai, catheters$ci),
  patients = c(catheters$n1i, catheters$n2i)), "metadat::dat.nielweise2007")
offspring <- from("metadat", "dat.lim2014")
write.made("offspring", with(offspring$o_o_unadj, data.frame(article = gsub(",", "", paste(author, year)), species, amniote = amniotes, environment, r = ri, n = ni)), "metadat::dat.lim2014$o_o_unadj")
write.tree.text("offspring", ape::write.tree(ape::compute.brlen(offspring$o_o_unadj_tree), digits = 15))
approval <- from("datasets", "presidents")
write.made("presidents", data.frame(quarter = seq_along(approval), approval = as.numeric(approval))[!is.na(approval), ], "datasets::presidents")
