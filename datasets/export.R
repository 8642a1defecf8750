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
